import { type Assessment, verdicts } from "../compatibility/assessment.ts";
import type { AffectedModel, Negotiation } from "../routes/negotiation.ts";
import { negotiationId } from "../routes/negotiation-status.ts";
import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";
import { adaptSource } from "./adapt-source.ts";
import type { Decided } from "./decided.ts";
import type { SourceReach } from "./drift-reach.ts";
import { assessThrough } from "./reach-model.ts";
import type { ModelNode } from "./subject-node.ts";

/** A model that a rule wants negotiated, for one of the sources in question. */
interface Question {
  readonly node: ModelNode;
  readonly source: SourceReach;
}

/**
 * The proposals that a decision makes: one for each source and version that some model's rule wants
 * negotiated and that is not on the table yet. What has no reader is not asked about.
 */
export function proposeChanges(decided: Decided): readonly Negotiation[] {
  const { input, workings } = decided;
  const questions = new Map<Hash, Question[]>();
  for (const name of input.drift.models.keys()) {
    const node = workings.nodes.get(name);
    if (node?.kind !== "model" || node.route?.to !== "negotiate") continue;
    for (const source of node.reach?.sources ?? []) {
      if (source.reaching.length === 0) continue;
      const id = negotiationId(source.source, source.drift.latest.id);
      // A model that is reached only after an answer was not part of the question: it is put again.
      const known = input.drift.negotiations.get(id);
      if (known?.affected.some(({ model }) => model === name) === true) continue;
      const asked = questions.get(id);
      if (asked === undefined) questions.set(id, [{ node, source }]);
      else asked.push({ node, source });
    }
  }
  return [...questions].flatMap(([id, asked]) => {
    const [first] = asked;
    return first === undefined ? [] : [proposal(decided, id, first, asked)];
  });
}

function proposal(
  { input }: Decided,
  id: Hash,
  { source }: Question,
  asked: readonly Question[],
): Negotiation {
  const terms = asked.flatMap(({ node }) => node.outcomes.effects.route ?? []);
  const waits = terms.map(({ value }) => value.deadlineMs);
  const longest = waits.includes(null) ? null : Math.max(...waits.map((wait) => wait ?? 0));
  const openedAt = input.snapshot.at;
  return {
    id,
    source: source.source,
    from: source.version,
    to: source.drift.latest.id,
    changes: source.open,
    affected: asked
      .map(({ node }) => affectedModel(node))
      .sort((left, right) => compareText(left.model, right.model)),
    proposed: asked.every((one) => isAdaptable(one)) ? "adapt" : "pass",
    meanwhile: terms.some(({ value }) => value.meanwhile === "wait") ? "wait" : "last_good",
    openedAt,
    deadline: longest === null ? null : openedAt + longest,
    otherwise: terms.every(({ value }) => value.otherwise === "accept") ? "accept" : "reject",
    by: terms[0]?.by[0] ?? "",
    responses: [],
  };
}

function affectedModel({ spec, tier, reach, route, outcomes }: ModelNode): AffectedModel {
  return {
    model: spec.name,
    owner: outcomes.effects.classify?.value.owner ?? spec.owner,
    tier,
    gate: route?.gate ?? "safe",
    score: route?.score ?? 1,
    evidence: reach?.assessment.evidence ?? 0,
  };
}

/**
 * An adapter is proposed where one can be made, something of the old shape is missed, and what it
 * gives is not worse than valid: to join on NULL is nothing to propose.
 */
function isAdaptable({ node, source }: Question): boolean {
  const { reach } = node;
  if (reach === null || isValid(reach.assessment)) return false;
  const readsIt = node.spec.inputs.some((input) => input.subject === source.source);
  const plan = readsIt ? adaptSource(source, reach.exposure) : null;
  return plan?.ok === true && isValid(assessThrough(node.spec, reach, [plan.adapter]));
}

function isValid({ gate }: Assessment): boolean {
  return verdicts.indexOf(gate) <= verdicts.indexOf("drift");
}
