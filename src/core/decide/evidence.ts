import { gatesOf } from "../effects/subject-draft.ts";
import type { Gate } from "../project/check.ts";
import { instantText } from "../signals/signal-types.ts";
import type { StandingOverride } from "../signals/standing.ts";
import type { Hash } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import type { Task, TaskId } from "./blueprint.ts";
import { profileOf } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import { isInFocus } from "./said-of.ts";
import { historyOf, type SubjectNode } from "./subject-node.ts";
import { fallbackOf } from "./why-fallback.ts";

/** What the bypass of each of a subject's tasks rests on. */
export function evidenceOf(decided: Decided, node: SubjectNode): Readonly<Record<TaskId, Json>> {
  const tasks = decided.blueprint.segments.get(node.subject)?.tasks ?? [];
  return Object.fromEntries(
    tasks.flatMap((task) => {
      const evidence = taskEvidence(decided, node, task);
      return evidence === null ? [] : [[task.id, evidence] as const];
    }),
  );
}

/** What one task's bypass rests on; `null` for a task that runs. */
export function taskEvidence(decided: Decided, node: SubjectNode, task: Task): Json {
  switch (task.bypass?.reason) {
    case undefined:
      return null;
    case "up_to_date":
      return upToDate(decided, node, task);
    case "rule":
      return { rule: task.bypass.by, because: becauseOf(node) };
    case "upstream":
      return upstream(decided, node, task.bypass.by);
    case "source_missing":
      return missing(decided, node);
    case "source_short":
      return short(node);
    case "not_demanded":
      return isInFocus(decided.workings.context, node.subject)
        ? { readers: decided.workings.context.readers.get(node.subject) ?? [] }
        : { inFocus: false };
    case "frozen":
    case "override":
      return overrideEvidence(node.override);
    case "pressure":
      return pressure(decided, task.bypass.by);
    case "condemned":
      return condemned(decided, node);
    case "isolated":
      return { by: task.bypass.by };
  }
}

/** Who said it, why, and until when. */
export function overrideEvidence(override: StandingOverride | null): Json {
  if (override === null) return null;
  const { do: said, by, why, until, signal } = override;
  return { said, by, why, until: until === null ? null : instantText(until), signal };
}

/** The words of the rule that bypassed a subject. */
export function becauseOf({ prepared }: SubjectNode): string | null {
  const { activation } = prepared.draft;
  return activation.state === "bypassed" ? activation.because : null;
}

/** A task that measures, and makes nothing. */
export function isMeasuring({ kind }: Task): boolean {
  return kind === "verify" || kind === "check";
}

/**
 * What was compared with the past to find a task up to date. An extraction is spared when what
 * would be loaded of it is there.
 */
export function comparedFingerprint(node: SubjectNode, task: Task): Hash | null {
  return isMeasuring(task) ? task.fingerprint : node.fingerprint;
}

function upToDate({ workings }: Decided, node: SubjectNode, task: Task): Json {
  const history = historyOf(workings.context, node.subject);
  const output = history?.output ?? null;
  return {
    fingerprint: comparedFingerprint(node, task),
    committedAt: output?.committedAt ?? null,
    run: output?.run ?? null,
    rows: output?.rows ?? null,
  };
}

function upstream(decided: Decided, node: SubjectNode, by: string | null): Json {
  const { workings } = decided;
  const fallback = fallbackOf(decided, by);
  const arrival = node.kind === "model" ? node.arrivals.find((one) => one.subject === by) : null;
  const above = by === null ? undefined : workings.nodes.get(by);
  return {
    subject: by,
    policy: arrival?.policy ?? null,
    reason: above === undefined ? "not_in_scope" : (above.bypass?.reason ?? null),
    output: above?.output.state ?? "absent",
    ...(fallback === null ? {} : { fallback: fallback.evidence }),
  };
}

function short(node: SubjectNode): Json {
  if (node.kind !== "source" || node.supply.state !== "short") return null;
  return { ...node.supply.share };
}

function condemned({ workings }: Decided, node: SubjectNode): Json {
  const history = historyOf(workings.context, node.subject);
  return {
    fingerprint: node.fingerprint,
    verdict: history?.condemned ?? null,
    gates: undoingGates(node).map(({ name }) => name),
    committedAt: history?.output?.committedAt ?? null,
  };
}

/** The gates of a subject that undo what was committed. */
export function undoingGates({ prepared }: SubjectNode): readonly Gate[] {
  return gatesOf(prepared.draft).filter(({ onFail }) => onFail === "undo");
}

function pressure({ input }: Decided, resource: string | null): Json {
  const pressing = resource === null ? undefined : input.standing.pressure.get(resource);
  return { resource, level: pressing?.level ?? null, signal: pressing?.signal ?? null };
}

function missing({ workings }: Decided, node: SubjectNode): Json {
  if (node.kind !== "source") return null;
  const { presence } = profileOf(workings.context, node.spec);
  return { ...presence };
}
