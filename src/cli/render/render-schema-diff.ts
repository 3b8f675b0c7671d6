import { type ChangeValue, changeJson } from "../../core/schema/change-json.ts";
import type { Direction, IncompatibilityReason } from "../../core/schema/compatible.ts";
import type { SchemaChange } from "../../core/schema/schema-change.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "../text/style.ts";
import { type Cell, renderTable } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";
import type { SchemaDiff } from "../wire/schema-diff-json.ts";

/** Two schemas compared, for people: each change with whom it breaks, why, and the verdict. */
export function renderSchemaDiff(
  { changes, compatible }: SchemaDiff,
  style: Style,
): readonly string[] {
  if (changes.length === 0) return ["No difference: each reads the other."];
  const { colors, width } = style;
  const { reasons } = compatible;
  return [
    ...renderTable(
      [
        { title: "CHANGE" },
        { title: "COLUMN", shrinkTo: 12 },
        { title: "BEFORE", shrinkTo: 12 },
        { title: "AFTER", shrinkTo: 12 },
        { title: "BACKWARD" },
        { title: "FORWARD" },
      ],
      changes.map((change) => changeRow(change, reasons, style)),
      { width, paintTitle: colors.dim },
    ),
    ...(reasons.length === 0 ? [] : ["", "Why not"]),
    ...reasons.flatMap((reason) => reasonLines(reason, style)),
    "",
    verdictLine("backward", compatible.backward, style),
    verdictLine("forward", compatible.forward, style),
  ];
}

function changeRow(
  change: SchemaChange,
  reasons: readonly IncompatibilityReason[],
  style: Style,
): readonly (Cell | string)[] {
  const { kind, column, before, after, path, inner } = changeJson(change);
  return [
    inner === undefined ? kind : `${kind} ${inner.kind}`,
    path ?? column,
    valueText(before),
    valueText(after),
    directionCell("backward", change, reasons, style),
    directionCell("forward", change, reasons, style),
  ];
}

function valueText(value: ChangeValue | undefined): string {
  if (value === undefined) return "";
  // The only number is a place, which people count from 1.
  if (typeof value === "number") return String(value + 1);
  return typeof value === "object" ? value.join(", ") : String(value);
}

function directionCell(
  direction: Direction,
  change: SchemaChange,
  reasons: readonly IncompatibilityReason[],
  { colors }: Style,
): Cell {
  // Both lists come from comparing the same schemas, yet each from a comparison of its own.
  const id = JSON.stringify(change);
  const isBroken = reasons.some(
    (reason) => reason.breaks.includes(direction) && JSON.stringify(reason.change) === id,
  );
  return isBroken ? { text: "breaks", paint: colors.red } : { text: "ok", paint: colors.green };
}

function reasonLines({ because, breaks }: IncompatibilityReason, style: Style): readonly string[] {
  return wrapUnder("  ", `${breaks.join(" and ")}: ${printable(because)}`, style.width);
}

const claims: Readonly<Record<Direction, readonly [string, string]>> = {
  backward: ["Backward", "readers of the new schema # read old data"],
  forward: ["Forward", "readers of the old schema # read new data"],
};

function verdictLine(direction: Direction, isCompatible: boolean, { colors }: Style): string {
  const [title, claim] = claims[direction];
  const verdict = isCompatible ? colors.green("yes") : colors.red("no");
  return `${title}: ${verdict}, ${claim.replace("#", isCompatible ? "can" : "cannot")}.`;
}
