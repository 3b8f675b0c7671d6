import type { ColumnFormat } from "../schema/observed-schema.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import { unreachable } from "../std/unreachable.ts";

/** A change in words, as the first half of a sentence about what it does. */
export function changeText(change: SchemaChange): string {
  const name = `\`${change.column}\``;
  switch (change.kind) {
    case "added":
      return `${name} is new`;
    case "dropped":
      return `${name} is gone`;
    case "renamed":
      return `${name} is now \`${change.to}\` (${Math.round(change.confidence * 100)} % sure)`;
    case "reordered":
      return `${name} has moved`;
    case "widened":
    case "narrowed":
    case "retyped":
      return `${name} was ${change.before} and is ${change.after}`;
    case "nullability":
      return change.after ? `${name} may be NULL now` : `${name} is never NULL now`;
    case "values":
      return `${name} ${membersText(change.before, change.after)}`;
    case "format":
      return `${name} is written otherwise (${formatText(change.before, change.after)})`;
    case "nested":
      return `\`${change.path}\` inside ${name} is ${change.inner.kind}`;
    case "key":
      return `the key was (${change.before.join(", ")}) and is (${change.after.join(", ")})`;
    case "replaced":
      return "it is another table under the old name";
    default:
      return unreachable(change);
  }
}

function membersText(before: readonly string[], after: readonly string[]): string {
  const gained = after.filter((member) => !before.includes(member));
  const lost = before.filter((member) => !after.includes(member));
  const parts = [
    ...(gained.length > 0 ? [`gained ${listText(gained)}`] : []),
    ...(lost.length > 0 ? [`lost ${listText(lost)}`] : []),
  ];
  return parts.length > 0 ? parts.join(" and ") : "has its members in another order";
}

/** A few of them, quoted. */
export function listText(members: readonly string[]): string {
  const shown = members.slice(0, 5).map((member) => `'${member}'`);
  const left = members.length - shown.length;
  return left > 0 ? `${shown.join(", ")} and ${left} more` : shown.join(", ");
}

function formatText(before: ColumnFormat, after: ColumnFormat): string {
  const parts = [
    before.isZeroPadded === after.isZeroPadded
      ? null
      : after.isZeroPadded === true
        ? "with leading zeros now"
        : "without leading zeros now",
    patternText(before.timestamps) === patternText(after.timestamps)
      ? null
      : `${patternText(before.timestamps)} before, ${patternText(after.timestamps)} now`,
    before.decimalMark === after.decimalMark
      ? null
      : `decimal mark ${before.decimalMark ?? "unknown"} before, ${after.decimalMark ?? "unknown"} now`,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join("; ") : "in another way";
}

function patternText(patterns: readonly string[] | null): string {
  return patterns === null ? "no time pattern" : patterns.join(" or ");
}
