import type { Trace } from "../../core/conditions/condition.ts";
import type {
  Decision,
  Dependency,
  Safeguards,
  Segment,
  SegmentRoute,
  Task,
  TaskId,
} from "../../core/decide/blueprint.ts";
import type { Conflict } from "../../core/effects/merged-effects.ts";
import type { SubjectKind, TaskKind } from "../../core/project/project.ts";
import type { Negotiation, NegotiationStatus } from "../../core/routes/negotiation.ts";
import { negotiationStatus } from "../../core/routes/negotiation-status.ts";
import type { RuleOutcome } from "../../core/rules/rule-set.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { PlanReport } from "../../engine/sluice-project.ts";
import { isoInstant } from "../text/quantity.ts";
import { type EffectJson, effectsJson } from "./effect-json.ts";

/** What `sluice plan --json` prints. Names are kept for ever; fields may be added. */
export interface PlanJson {
  readonly blueprint: {
    readonly id: Hash;
    readonly snapshot: Hash;
    /** The cycle's instant. */
    readonly at: string;
    readonly decision: Hash;
    readonly ruleSets: readonly { readonly id: Hash; readonly name: string }[];
    /** The template's name; `templateId` is its hash. */
    readonly template: string;
    readonly templateId: Hash;
    readonly segments: readonly SegmentJson[];
    readonly batches: readonly { readonly id: string; readonly tasks: readonly TaskId[] }[];
  };
  readonly decisions: readonly DecisionJson[];
  /** Changes of schema that wait for an answer, have one, or are proposed by this plan. */
  readonly negotiations: readonly PlannedNegotiationJson[];
  readonly summary: { readonly active: number; readonly bypassed: number };
  /** Warnings of the project's checks. */
  readonly warnings: number;
}

export interface PlannedNegotiationJson
  extends Pick<Negotiation, "id" | "source" | "from" | "to" | "proposed" | "meanwhile"> {
  /** As of the plan's instant. */
  readonly status: NegotiationStatus;
  /** `null`: it waits for ever. */
  readonly deadline: string | null;
  readonly otherwise: Negotiation["otherwise"];
}

export interface SegmentJson {
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly id: Hash;
  readonly tier: number;
  readonly tags: readonly string[];
  readonly slaMs: number | null;
  /** Of a model that a change of schema reaches, or that is stopped. */
  readonly route: SegmentRoute | null;
  /** What makes its result less than it should be; `null` when nothing does. */
  readonly degraded: Segment["degraded"];
  readonly tasks: readonly PlannedTaskJson[];
}

export interface PlannedTaskJson {
  readonly id: TaskId;
  readonly kind: TaskKind;
  readonly state: "active" | "bypassed";
  /** Of a bypassed task. */
  readonly reason?: string;
  /** The rule or the upstream subject that caused the bypass, where there is one. */
  readonly by?: string;
  /** What the bypass rests on. */
  readonly evidence?: Json;
  readonly safeguards: Safeguards;
  readonly fingerprint: Hash | null;
  readonly after: readonly Dependency[];
  readonly batch: string | null;
  readonly split: Task["split"];
}

export interface DecisionJson {
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly rules: readonly {
    readonly id: string;
    readonly outcome: RuleOutcome;
    /** Facts that an undetermined rule lacked. */
    readonly missing?: readonly string[];
    readonly error?: string;
    /** With `--full`: every sub-expression with its value. */
    readonly trace?: Trace;
  }[];
  readonly effects: readonly EffectJson[];
  readonly conflicts: readonly Conflict[];
}

/** The JSON form of a plan. `isFull` keeps the traces of rules, which are many. */
export function planJson(report: PlanReport, isFull: boolean): PlanJson {
  const { blueprint, record } = report;
  const evidence = new Map(report.decisions.map(({ subject, evidence }) => [subject, evidence]));
  return {
    blueprint: {
      id: blueprint.id,
      snapshot: record.snapshot,
      at: isoInstant(report.snapshot.at),
      decision: record.id,
      ruleSets: report.ruleSets,
      template: report.template,
      templateId: record.template,
      segments: [...blueprint.segments.values()].map((segment) =>
        segmentJson(segment, evidence.get(segment.subject) ?? {}),
      ),
      batches: blueprint.batches,
    },
    decisions: report.decisions.map((decision) => decisionJson(decision, isFull)),
    negotiations: report.negotiations.map((one) => negotiationJson(one, report.snapshot.at)),
    summary: report.summary,
    warnings: report.warnings.length,
  };
}

function negotiationJson(negotiation: Negotiation, at: EpochMs): PlannedNegotiationJson {
  const { id, source, from, to, proposed, meanwhile, deadline, otherwise } = negotiation;
  return {
    id,
    source,
    from,
    to,
    proposed,
    meanwhile,
    status: negotiationStatus(negotiation, at),
    deadline: deadline === null ? null : isoInstant(deadline),
    otherwise,
  };
}

function segmentJson(segment: Segment, evidence: Decision["evidence"]): SegmentJson {
  const { subject, kind, id, tier, tags, slaMs, route, degraded, tasks } = segment;
  const planned = tasks.map((task) => taskJson(task, evidence[task.id]));
  return { subject, kind, id, tier, tags, slaMs, route, degraded, tasks: planned };
}

function taskJson(task: Task, evidence: Json | undefined): PlannedTaskJson {
  return {
    id: task.id,
    kind: task.kind,
    state: task.state,
    ...(task.bypass === null ? {} : { reason: task.bypass.reason }),
    ...(task.bypass === null || task.bypass.by === null ? {} : { by: task.bypass.by }),
    ...(evidence === undefined ? {} : { evidence }),
    safeguards: task.safeguards,
    fingerprint: task.fingerprint,
    after: task.after,
    batch: task.batch,
    split: task.split,
  };
}

function decisionJson(decision: Decision, isFull: boolean): DecisionJson {
  return {
    subject: decision.subject,
    kind: decision.kind,
    rules: decision.rules.map(({ trace, ...rule }) =>
      isFull && trace !== undefined ? { ...rule, trace } : rule,
    ),
    effects: effectsJson(decision.effects),
    conflicts: decision.conflicts,
  };
}
