import type { SegmentChanges } from "../../core/run/run-event.ts";
import type { RunReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

/** Beyond so many names, the rest are only counted. */
const namesMax = 5;

/** What of a run was decided again while it ran, why, and what came out otherwise. */
export function renderRevisions(
  { revisions, failedRevisions }: RunReport["run"],
  { colors, width }: Style,
): readonly string[] {
  const decided = revisions.flatMap(({ at, cause, revision, segments, cancel }) => [
    `${colors.bold(`Decided again (${revision})`)} ${colors.dim(formatInstant(at))}`,
    ...wrapUnder("  ", printable(cause), width),
    ...wrapUnder("  ", changesText(segments), width),
    ...(cancel.length === 0 ? [] : wrapUnder("  ", `cancelled: ${names(cancel)}`, width)),
    "",
  ]);
  const failed = failedRevisions.flatMap(({ at, cause, code, message }) => [
    `${colors.red("Could not be decided again")} ${colors.dim(formatInstant(at))}`,
    ...wrapUnder("  ", printable(cause), width),
    ...wrapUnder("  ", printable(`${code}: ${message}`), width),
    "",
  ]);
  return [...decided, ...failed];
}

function changesText({ added, removed, changed }: SegmentChanges): string {
  const parts = [
    ...(added.length === 0 ? [] : [`new: ${names(added)}`]),
    ...(removed.length === 0 ? [] : [`gone: ${names(removed)}`]),
    ...(changed.length === 0 ? [] : [`changed: ${names(changed)}`]),
  ];
  return parts.length === 0 ? "nothing came out otherwise" : parts.join("; ");
}

function names(subjects: readonly string[]): string {
  const shown = subjects.slice(0, namesMax).map(printable).join(", ");
  const more = subjects.length - namesMax;
  return more > 0 ? `${shown} and ${formatCount(more)} more` : shown;
}
