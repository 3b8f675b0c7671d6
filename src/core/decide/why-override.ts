import { instantText } from "../signals/signal-types.ts";
import type { StandingOverride } from "../signals/standing.ts";
import { sentence } from "../std/sentence.ts";
import { formatDurationMs } from "../std/time.ts";
import type { Decided } from "./decided.ts";
import { overrideEvidence } from "./evidence.ts";
import { historyOf, type SubjectNode } from "./subject-node.ts";
import type { WhyLink } from "./why-report.ts";

const verbs: Readonly<Record<StandingOverride["do"], string>> = {
  bypass: "bypasses",
  freeze: "freezes",
  force: "forces",
};

/** Who said what of a subject, why, and until when. */
export function overrideText({ subject, override }: SubjectNode): string {
  if (override === null) return `${subject} is overridden.`;
  const { by, why, until } = override;
  const end = until === null ? "until it is lifted" : `until ${instantText(until)}`;
  return sentence(`${by} ${verbs[override.do]} ${subject} ${end}: ${why}`);
}

/** What those who read a frozen or bypassed subject find. */
export function leftLinks({ workings }: Decided, node: SubjectNode): readonly WhyLink[] {
  const { subject, override, output } = node;
  const last = historyOf(workings.context, subject)?.output ?? null;
  if (last === null || output.state === "absent") {
    return [{ text: `There is no table of ${subject} yet.`, about: subject, because: [] }];
  }
  const age = formatDurationMs(Math.max(0, workings.context.cycle.now - last.committedAt));
  const how =
    override?.do === "freeze"
      ? "is read as if it were current"
      : "is read where an edge allows what is not current";
  return [
    {
      text: `Its table, made ${age} ago by run ${last.run}, ${how}.`,
      about: subject,
      evidence: { committedAt: last.committedAt, run: last.run, output: output.state },
      because: [],
    },
  ];
}

/** The word by which a subject runs whatever is known of it. */
export function forceLinks(node: SubjectNode): readonly WhyLink[] {
  if (node.override?.do !== "force") return [];
  const evidence = overrideEvidence(node.override);
  return [{ text: overrideText(node), about: node.subject, evidence, because: [] }];
}
