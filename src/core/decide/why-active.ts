import { hashOf } from "../std/hash.ts";
import { formatDurationMs } from "../std/time.ts";
import type { Task } from "./blueprint.ts";
import { askedModel } from "./decide-model.ts";
import { askedSource, profileOf } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import { historyOf, type ModelNode, type SourceNode, type SubjectNode } from "./subject-node.ts";
import { explainArrival, makingTaskOf, type Told } from "./why-bypassed.ts";
import { forceLinks } from "./why-override.ts";
import type { ActiveReason, WhyLink } from "./why-report.ts";
import { explainRule } from "./why-rule.ts";

/** Why a task runs. */
export interface ActiveExplanation {
  readonly reason: ActiveReason;
  readonly chain: readonly WhyLink[];
}

/** Explains why a task runs, down to what differs from its last success. */
export function explainActive(decided: Decided, node: SubjectNode, task: Task): ActiveExplanation {
  if (task.kind === "verify" || task.kind === "check") return explainMeasuring(decided, node, task);
  const made = explainMaking(decided, node, new Set());
  return { reason: made.reason, chain: [made.link, ...demandLinks(decided, node)] };
}

function explainMeasuring(decided: Decided, node: SubjectNode, task: Task): ActiveExplanation {
  const before = makingTaskOf(decided, node);
  if (before?.bypass === null) {
    const { link } = explainMaking(decided, node, new Set());
    const text = `It measures what ${before.id} commits.`;
    return { reason: "follows", chain: [{ text, about: task.id, because: [link] }] };
  }
  const text = `${node.subject} is up to date, but was never measured with success by these checks.`;
  const verified = historyOf(decided.workings.context, node.subject)?.verified ?? null;
  const evidence = { fingerprint: task.fingerprint, verified };
  return { reason: "unmeasured", chain: [{ text, about: task.id, evidence, because: [] }] };
}

interface Making {
  readonly reason: ActiveReason;
  readonly link: WhyLink;
}

function explainMaking(decided: Decided, node: SubjectNode, told: Told): Making {
  told.add(node.subject);
  const { subject, fingerprint } = node;
  const output = historyOf(decided.workings.context, subject)?.output ?? null;
  const evidence = { fingerprint, committed: output?.fingerprint ?? null };
  const say = (reason: ActiveReason, text: string, because: readonly WhyLink[]): Making => ({
    reason,
    link: { text, about: subject, evidence, because },
  });
  if (node.override?.do === "force") {
    return say("forced", `${subject} runs whatever is known of it.`, forceLinks(node));
  }
  if (output === null) return say("new", `${subject} was never ${doneTo(node)}.`, []);
  if (!output.exists) {
    return say("gone", `The table of ${subject} is gone since run ${output.run}.`, []);
  }
  if (fingerprint === null) {
    const text = `Whether ${subject} has changed cannot be told, and in doubt it runs.`;
    return say("unknown", text, unknownLinks(decided, node));
  }
  const ago = formatDurationMs(
    Math.max(0, decided.workings.context.cycle.now - output.committedAt),
  );
  const text = `${subject} differs from what run ${output.run} left ${ago} ago.`;
  const causes =
    node.kind === "source" ? sourceCauses(decided, node) : modelCauses(decided, node, told);
  return say("changed", text, causes);
}

function doneTo({ kind }: SubjectNode): string {
  return kind === "source" ? "loaded" : "built";
}

function unknownLinks(decided: Decided, node: SubjectNode): readonly WhyLink[] {
  if (node.kind === "source") {
    const text = `${node.subject} gives no fingerprint of its content.`;
    return [{ text, about: node.subject, because: [] }];
  }
  return node.arrivals
    .filter((arrival) => arrival.state !== "empty" && arrival.fingerprint === null)
    .map((arrival) => explainArrival(decided, arrival, new Set([node.subject])));
}

function sourceCauses(decided: Decided, node: SourceNode): readonly WhyLink[] {
  const { context } = decided.workings;
  const gates = gateCause(decided, node);
  if (gates !== null) return [gates];
  const { changedAt } = profileOf(context, node.spec);
  const committedAt = historyOf(context, node.subject)?.output?.committedAt ?? null;
  const isLater = changedAt !== null && committedAt !== null && changedAt > committedAt;
  const text = isLater
    ? `Its content changed ${formatDurationMs(context.cycle.now - changedAt)} ago, after it was loaded.`
    : "Its content, or where or how it is read, is not what was loaded.";
  return [{ text, about: node.subject, evidence: { changedAt, committedAt }, because: [] }];
}

/** Inputs that are made anew, or were since; otherwise what is the model's own. */
function modelCauses(decided: Decided, node: ModelNode, told: Told): readonly WhyLink[] {
  const { context, nodes } = decided.workings;
  const builtAt = historyOf(context, node.subject)?.output?.committedAt ?? 0;
  const links = node.arrivals.flatMap((arrival): WhyLink[] => {
    const above = nodes.get(arrival.subject);
    if (above === undefined) return [];
    if (arrival.state === "awaited") return [awaitedLink(decided, above, told)];
    const committedAt = above.output.committedAt ?? 0;
    if (arrival.state !== "there" || committedAt <= builtAt) return [];
    const text = `${arrival.subject} was committed after ${node.subject} was built.`;
    return [{ text, about: arrival.subject, evidence: { committedAt, builtAt }, because: [] }];
  });
  if (links.length > 0) return links;
  const gates = gateCause(decided, node);
  if (gates !== null) return [gates];
  const text = "Its SQL, its target or what its inputs are made of is not what it was built from.";
  return [{ text, about: node.subject, evidence: { code: node.spec.code }, because: [] }];
}

function awaitedLink(decided: Decided, above: SubjectNode, told: Told): WhyLink {
  const { subject } = above;
  const because = told.has(subject) ? [] : [explainMaking(decided, above, told).link];
  return { text: `${subject} is made anew in this cycle.`, about: subject, because };
}

/** The gates alone, if without them all would be as it was committed. */
function gateCause({ workings }: Decided, node: SubjectNode): WhyLink | null {
  const { context } = workings;
  const asked =
    node.kind === "source" ? askedSource(context, node.spec) : askedModel(context, node.spec, node);
  const committed = historyOf(context, node.subject)?.output?.fingerprint ?? null;
  const ungated = asked.fingerprintWith(hashOf([]), node.outcomes.effects);
  if (ungated === null || ungated !== committed) return null;
  const names = node.prepared.draft.tasks.flatMap(({ safeguards }) =>
    safeguards.gates.filter((gate) => gate.onFail !== "warn").map((gate) => gate.name),
  );
  const text = `Gates that it did not have before must hold now: ${names.join(", ")}.`;
  return { text, about: node.subject, evidence: names, because: [] };
}

/** A rule may be the only one to ask for what nobody reads. */
function demandLinks({ workings }: Decided, node: SubjectNode): readonly WhyLink[] {
  const { activation } = node.outcomes.effects;
  if (activation?.value.state !== "activate") return [];
  return activation.by.map((rule) => explainRule(workings.context, node, rule));
}
