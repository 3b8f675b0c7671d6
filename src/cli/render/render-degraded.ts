import type { EpochMs } from "../../core/std/time.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatCount } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

/** A subject whose table is less than it should be. */
interface DegradedLine {
  readonly subject: string;
  readonly because: string;
  /** `null` where that is not known. */
  readonly since: EpochMs | null;
}

/** Beyond so many names, the rest are only counted. */
const namesMax = 8;

/** Whose tables are less than they should be, those with one cause together; nothing when none are. */
export function renderDegraded(
  all: readonly DegradedLine[],
  { colors, now, width }: Style,
): readonly string[] {
  if (all.length === 0) return [];
  const causes = [...new Set(all.map(({ because }) => because))];
  const lines = causes.flatMap((because) => {
    const alike = all.filter((one) => one.because === because);
    const names = alike.map(({ subject }) => printable(subject));
    const more = names.length - namesMax;
    const listed = names.slice(0, namesMax).join(", ");
    const starts = alike.flatMap(({ since }) => since ?? []);
    const since = starts.length === 0 ? "" : `, since ${formatAgo(Math.min(...starts), now)}`;
    const text = `${listed}${more > 0 ? ` and ${formatCount(more)} more` : ""}: ${printable(because)}${since}`;
    const [head = "", ...others] = wrapUnder("    ", text, width);
    return [`  ${colors.yellow("≈")} ${head.slice(4)}`, ...others];
  });
  return ["Degraded", ...lines];
}
