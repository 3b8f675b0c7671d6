import type { BypassReason, Decision, Segment, Task } from "../../core/decide/blueprint.ts";
import { shortHash } from "../../core/std/hash.ts";
import type { PlanReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { decisionNotices } from "./decision-notices.ts";
import { planOrder } from "./plan-order.ts";
import { renderSection } from "./plan-section.ts";
import { type PlannedSegment, paintMark, renderSegmentFully, segmentMark } from "./plan-segment.ts";
import { reasonTag } from "./reason-words.ts";
import { renderDegraded } from "./render-degraded.ts";

/**
 * A plan for people: what runs with the reason for each safeguard, what does not and why, and a
 * summary. What several segments share is said once, unless `isFull`.
 */
export function renderPlan(report: PlanReport, style: Style, isFull: boolean): readonly string[] {
  const segments = planOrder(report.blueprint.segments);
  const decisions = isFull ? report.decisions : report.decisions.map(withoutObvious(report));
  const section = isFull ? renderSectionFully : renderSection;
  const planned = segments.map(plannedSegment(report));
  const ofKind = (kind: Segment["kind"]) => planned.filter(({ segment }) => segment.kind === kind);
  return [
    legend(segments, style),
    ...section("Sources", ofKind("source"), style),
    ...section("Models", ofKind("model"), style),
    ...degradedLines(segments, style),
    ...decisionNotices(decisions, style),
    "",
    ...wrapUnder("Plan: ", summaryText(report), style.width).map(style.colors.bold),
    ...nextStep(report, segments),
  ];
}

function degradedLines(segments: readonly Segment[], style: Style): readonly string[] {
  const degraded = segments.flatMap(({ subject, degraded }) =>
    degraded === null ? [] : { subject, because: degraded.because, since: null },
  );
  return degraded.length === 0 ? [] : ["", ...renderDegraded(degraded, style)];
}

function legend(segments: readonly Segment[], { colors }: Style): string {
  const isRerouted = segments.some((segment) => segmentMark(segment) === "»");
  const isDegraded = segments.some(({ degraded }) => degraded !== null);
  const entries = [
    ["+", "runs"],
    ...(isRerouted ? [["»", "re-routed"] as const] : []),
    ...(isDegraded ? [["≈", "degraded"] as const] : []),
    ["=", "up to date"],
    ["-", "bypassed"],
    ["!", "held or missing"],
    ["*", "several share it"],
  ] as const;
  return entries
    .map(([mark, words]) => `${mark === "*" ? colors.dim(mark) : paintMark(mark, colors)} ${words}`)
    .join("   ");
}

function plannedSegment(report: PlanReport): (segment: Segment) => PlannedSegment {
  const decisions = new Map<string, Decision>(
    report.decisions.map((decision) => [decision.subject, decision]),
  );
  const negotiations = new Map(report.negotiations.map((one) => [one.id, one] as const));
  return (segment) => ({
    segment,
    decision: decisions.get(segment.subject) ?? null,
    profile: report.snapshot.profiles.get(segment.subject)?.profile ?? null,
    negotiation: negotiations.get(segment.route?.negotiation ?? "") ?? null,
  });
}

function renderSectionFully(
  title: string,
  planned: readonly PlannedSegment[],
  style: Style,
): readonly string[] {
  if (planned.length === 0) return [];
  return ["", title, ...planned.flatMap((one) => renderSegmentFully(one, style))];
}

/** Of a source that is not there nothing is known: its rules need not say so one by one. */
function withoutObvious({ snapshot }: PlanReport): (decision: Decision) => Decision {
  return (decision) => {
    const state = snapshot.profiles.get(decision.subject)?.profile.presence.state ?? "present";
    return state === "present" ? decision : { ...decision, rules: [] };
  };
}

function summaryText({ summary, blueprint }: PlanReport): string {
  const { active, bypassed } = summary;
  const tasks = [...blueprint.segments.values()].flatMap((segment) => segment.tasks);
  const reasons = countReasons(tasks);
  const detail = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  const amount = active === 0 ? "nothing to run" : `${formatCounted(active, "task")} to run`;
  const rest = bypassed === 0 ? "" : `, ${formatCount(bypassed)} bypassed${detail}`;
  return `${amount}${rest} · blueprint ${shortHash(blueprint.id)}`;
}

function countReasons(tasks: readonly Task[]): readonly string[] {
  const counts = new Map<BypassReason, number>();
  for (const { bypass } of tasks) {
    if (bypass !== null) counts.set(bypass.reason, (counts.get(bypass.reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${formatCount(count)} ${reasonTag(reason)}`);
}

/** What to ask next: about a task of the plan that is worth asking about. */
function nextStep(report: PlanReport, segments: readonly Segment[]): readonly string[] {
  const tasks = segments.flatMap((segment) => segment.tasks);
  const task =
    tasks.find(({ bypass }) => bypass !== null && bypass.reason !== "up_to_date") ??
    tasks.find(({ state }) => state === "active") ??
    tasks[0];
  if (task === undefined) return [];
  const run = report.summary.active === 0 ? "" : "`sluice run` runs it; ";
  const why = `\`sluice why ${printable(task.id)}\` tells why a task is here.`;
  return [`${run}${why}`];
}
