import type { Decision } from "../../core/decide/blueprint.ts";
import { compareText } from "../../core/std/compare.ts";
import { printable } from "../text/printable.ts";
import { formatCount } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

const subjectsMax = 3;

/**
 * What decisions have to say beyond their tasks: notifications, which conflicts between rules are
 * among, and rules that lacked facts.
 */
export function decisionNotices(decisions: readonly Decision[], style: Style): readonly string[] {
  return [
    ...section("Notices", notifications(decisions, style), style),
    ...section("Undetermined rules", undetermined(decisions, style), style),
  ];
}

interface Notice {
  readonly mark: string;
  readonly text: string;
}

function section(title: string, notices: readonly Notice[], style: Style): readonly string[] {
  if (notices.length === 0) return [];
  const lines = notices.flatMap(({ mark, text }) => {
    const [head = "", ...others] = wrapUnder("    ", text, style.width);
    return [`  ${mark} ${head.slice(4)}`, ...others];
  });
  return ["", title, ...lines];
}

function notifications(decisions: readonly Decision[], { colors }: Style): readonly Notice[] {
  const paint = { info: colors.cyan, warning: colors.yellow, critical: colors.red };
  return decisions.flatMap(({ subject, effects }) =>
    effects.notifications.map(({ severity, title, by }) => ({
      mark: paint[severity](severity === "info" ? "i" : "!"),
      text: printable(
        `${severity}: ${title.includes(subject) ? "" : `${subject}: `}${title} (${by})`,
      ),
    })),
  );
}

/** One notice for each rule and lack, however many subjects share it. */
function undetermined(decisions: readonly Decision[], { colors }: Style): readonly Notice[] {
  const subjects = new Map<string, string[]>();
  for (const { subject, rules } of decisions) {
    for (const { id, outcome, missing, error } of rules) {
      if (outcome !== "undetermined") continue;
      const key = `${id}: ${lackWords(missing ?? [], error)}`;
      const named = subjects.get(key);
      if (named === undefined) subjects.set(key, [subject]);
      else named.push(subject);
    }
  }
  return [...subjects]
    .sort(([left], [right]) => compareText(left, right))
    .map(([key, names]) => ({
      mark: colors.yellow("?"),
      text: printable(`${key} for ${nameList(names)}`),
    }));
}

function lackWords(missing: readonly string[], error: string | undefined): string {
  if (error !== undefined) return error;
  return `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not known`;
}

function nameList(names: readonly string[]): string {
  const rest = names.length - subjectsMax;
  const list = names.slice(0, subjectsMax).join(", ");
  return rest > 0 ? `${list} and ${formatCount(rest)} more` : list;
}
