import type { ColumnFormat } from "../../core/schema/observed-schema.ts";
import type { NestedChange, SchemaChange, TypeChange } from "../../core/schema/schema-change.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import { clip } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";

/** As much of one type or list of values as a line bears. */
const valueWidth = 80;
const membersMax = 6;

/** How a change is marked: what is there now, what is gone, and what is otherwise. */
export type ChangeMark = "+" | "-" | "~";

/** The sign of a change. */
export function changeMark(change: SchemaChange): ChangeMark {
  const kind = change.kind === "nested" ? change.inner.kind : change.kind;
  if (kind === "added") return "+";
  return kind === "dropped" ? "-" : "~";
}

/** A change in words, such as "`Lat` is DOUBLE instead of VARCHAR (another kind of type)". */
export function changeWords(change: SchemaChange): string {
  switch (change.kind) {
    case "replaced":
      return "almost nothing is common: it is another table under the old name";
    case "key":
      return keyWords(change.before, change.after);
    case "added":
      return `${code(change.column)} ${typeText(change.type)} is new${change.nullable ? "" : ", and never NULL"}`;
    case "dropped":
      return `${code(change.column)} ${typeText(change.type)} is gone`;
    case "renamed":
      return renameWords(change.column, change.to, change.confidence);
    case "reordered":
      return moveWords(change.column, change.before, change.after);
    case "widened":
    case "narrowed":
    case "retyped":
      return typeWords(change.column, change);
    case "nullability":
      return `${code(change.column)} ${change.after ? "may be NULL now" : "is never NULL now"}`;
    case "values":
      return memberWords(change.column, change.before, change.after);
    case "format":
      return formatWords(change.column, change.before, change.after);
    case "nested":
      return nestedWords(change.path, change.inner);
    default:
      return unreachable(change);
  }
}

/** A name in the words for people. */
export function code(name: string): string {
  return `\`${printable(name)}\``;
}

function typeText(type: string): string {
  return clip(printable(type), valueWidth);
}

function renameWords(column: string, to: string, confidence: number): string {
  // Rounded down, so that only what is certain is called so.
  const sure = Math.floor(confidence * 100);
  const doubt = confidence >= 1 ? "renamed" : `renamed, ${sure} % sure`;
  return `${code(column)} is now ${code(to)} (${doubt})`;
}

function moveWords(column: string, before: number, after: number): string {
  return `${code(column)} moved from place ${before + 1} to ${after + 1} of the columns that both have`;
}

const typeNotes: Readonly<Record<TypeChange["kind"], readonly [string, string]>> = {
  widened: ["wider", "wider, but some values have no exact like"],
  narrowed: ["narrower", "narrower, and some values may not fit"],
  retyped: ["another kind of type", "another kind of type, and some values may not fit"],
};

function typeWords(
  column: string,
  { kind, before, after, isLossy }: Pick<TypeChange, "kind" | "before" | "after" | "isLossy">,
): string {
  const note = typeNotes[kind][isLossy ? 1 : 0];
  return `${code(column)} is ${typeText(after)} instead of ${typeText(before)} (${note})`;
}

function keyWords(before: readonly string[], after: readonly string[]): string {
  const list = (names: readonly string[]) => names.map(code).join(", ");
  if (before.length === 0) return `there is a key now: ${list(after)}`;
  if (after.length === 0) return `there is no key any more; it was ${list(before)}`;
  return `the key is ${list(after)} instead of ${list(before)}`;
}

function memberWords(column: string, before: readonly string[], after: readonly string[]): string {
  const gained = after.filter((member) => !before.includes(member));
  const lost = before.filter((member) => !after.includes(member));
  const parts = [
    ...(gained.length === 0 ? [] : [`may be ${membersText(gained)} now`]),
    ...(lost.length === 0 ? [] : [`is not ${membersText(lost)} any more`]),
  ];
  return `${code(column)} ${parts.length === 0 ? "has its values in another order" : parts.join(", and ")}`;
}

function membersText(members: readonly string[]): string {
  const rest = members.length - membersMax;
  const list = members.slice(0, membersMax).map((member) => clip(`'${printable(member)}'`, 40));
  return list.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function formatWords(column: string, before: ColumnFormat, after: ColumnFormat): string {
  const parts: string[] = [];
  if (after.isZeroPadded !== before.isZeroPadded && after.isZeroPadded !== null) {
    parts.push(after.isZeroPadded ? "has leading zeros now" : "has no leading zeros any more");
  }
  if (after.timestamps?.join() !== before.timestamps?.join() && after.timestamps !== null) {
    const was = before.timestamps === null ? "" : ` instead of ${before.timestamps.join(" or ")}`;
    parts.push(`is written as ${after.timestamps.join(" or ")}${was}`);
  }
  if (after.decimalMark !== before.decimalMark && after.decimalMark !== null) {
    const was = before.decimalMark === null ? "" : ` instead of \`${before.decimalMark}\``;
    parts.push(`has \`${after.decimalMark}\` as its decimal mark${was}`);
  }
  const told = parts.length === 0 ? "is written in another way" : parts.join(", and ");
  return `${code(column)} ${printable(told)}`;
}

/** @param field its path, with its column */
function nestedWords(field: string, inner: NestedChange): string {
  switch (inner.kind) {
    case "added":
      return `${code(field)} ${typeText(inner.type)} is new`;
    case "dropped":
      return `${code(field)} ${typeText(inner.type)} is gone`;
    case "renamed":
      return renameWords(field, inner.to, inner.confidence);
    case "reordered":
      return `${code(field)} moved from place ${inner.before + 1} to ${inner.after + 1} of its fields`;
    case "widened":
    case "narrowed":
    case "retyped":
      return typeWords(field, inner);
    default:
      return unreachable(inner);
  }
}
