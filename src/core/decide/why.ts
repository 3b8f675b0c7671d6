import type { Assessment } from "../compatibility/assessment.ts";
import type { Task, TaskId } from "./blueprint.ts";
import type { Decided } from "./decided.ts";
import { decidedWith } from "./decided-with.ts";
import type { SubjectNode } from "./subject-node.ts";
import { explainActive } from "./why-active.ts";
import { explainBypass } from "./why-bypassed.ts";
import { flipOf } from "./why-flip.ts";
import type { WhyLink, WhyReport } from "./why-report.ts";

/**
 * Why a task runs, or why it does not, from the outcome down to the facts; for a bypass also the
 * nearest change that would turn it.
 * @returns `null` when the blueprint has no such task.
 */
export function explainTask(given: Decided, id: TaskId): WhyReport | null {
  const decided = decidedWith(given, id.slice(0, Math.max(0, id.lastIndexOf("."))));
  const found = findTask(decided, id);
  if (found === null) return null;
  const { node, task } = found;
  const assessment = assessmentOf(node, task);
  if (task.bypass === null) {
    const { reason, chain } = explainActive(decided, node, task);
    return { task: id, state: "active", reason, chain: withDegraded(chain, node), assessment };
  }
  const flip = flipOf(decided, node, task.bypass);
  return {
    task: id,
    state: "bypassed",
    reason: task.bypass.reason,
    chain: withDegraded([explainBypass(decided, node, task)], node),
    ...(flip === null ? {} : { flip }),
    assessment,
  };
}

/** Also says what makes the result, or what is there of it, less than it should be. */
function withDegraded(chain: readonly WhyLink[], { subject, degraded }: SubjectNode) {
  if (degraded === null) return chain;
  const text = `Its result is degraded: ${degraded}.`;
  return [...chain, { text, about: subject, because: [] }];
}

/** What the changes that reach a model would do to its SQL; its other tasks only follow from that. */
function assessmentOf(node: SubjectNode, { kind }: Task): Assessment | null {
  if (node.kind !== "model" || kind !== "transform") return null;
  return node.reach?.assessment ?? null;
}

function findTask(
  { blueprint, workings }: Decided,
  id: TaskId,
): { readonly node: SubjectNode; readonly task: Task } | null {
  const subject = id.slice(0, Math.max(0, id.lastIndexOf(".")));
  const node = workings.nodes.get(subject);
  const task = blueprint.segments.get(subject)?.tasks.find((one) => one.id === id);
  return node === undefined || task === undefined ? null : { node, task };
}
