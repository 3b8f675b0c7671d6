import type { SchemaChange } from "../../core/schema/schema-change.ts";
import { formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { type ChangeMark, changeMark, changeWords } from "./change-words.ts";

/** From so many changes of one kind on, the rest is counted. */
const sameKindMax = 12;

/** Changes for people, one a line; many of one kind are counted, not all told. */
export function changeLines(
  changes: readonly SchemaChange[],
  indent: string,
  style: Style,
): readonly string[] {
  const told = new Map<SchemaChange["kind"], number>();
  for (const { kind } of changes) told.set(kind, (told.get(kind) ?? 0) + 1);
  const shown = new Map<SchemaChange["kind"], number>();
  const lines: string[] = [];
  for (const change of changes) {
    const count = (shown.get(change.kind) ?? 0) + 1;
    shown.set(change.kind, count);
    if (count <= sameKindMax) lines.push(...changeLine(change, indent, style));
    if (count !== sameKindMax) continue;
    const rest = (told.get(change.kind) ?? 0) - sameKindMax;
    if (rest > 0)
      lines.push(
        `${indent}  and ${formatCounted(rest, `more ${change.kind}`, `more ${change.kind}`)}`,
      );
  }
  return lines;
}

/** One change with its sign. */
function changeLine(change: SchemaChange, indent: string, style: Style): readonly string[] {
  const mark = changeMark(change);
  const under = `${indent}  `;
  const [head = "", ...others] = wrapUnder(under, changeWords(change), style.width);
  return [`${indent}${paintMark(mark, style)} ${head.slice(under.length)}`, ...others];
}

function paintMark(mark: ChangeMark, { colors }: Style): string {
  const paint = { "+": colors.green, "-": colors.red, "~": colors.yellow };
  return paint[mark](mark);
}
