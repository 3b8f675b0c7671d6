import type { BypassReason, Decision, Segment, Task } from "../../core/decide/blueprint.ts";
import { shortHash } from "../../core/std/hash.ts";
import type { PlanReport } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { decisionNotices } from "./decision-notices.ts";
import { planOrder } from "./plan-order.ts";
import {
  nameWidthOf,
  type PlannedSegment,
  paintMark,
  renderSegment,
  renderSegmentFully,
  segmentMark,
} from "./plan-segment.ts";
import { reasonTag, reasonWords } from "./reason-words.ts";

const namesMax = 12;

/** Reasons that need no line of their own for each segment. */
const folded = ["up_to_date", "not_demanded"] as const;

/**
 * A plan for people: what runs with the reason for each safeguard, what does not and why, and a
 * summary. What is up to date or not demanded is folded into one line each, unless `isFull`.
 */
export function renderPlan(report: PlanReport, style: Style, isFull: boolean): readonly string[] {
  const segments = planOrder(report.blueprint.segments);
  const shown = isFull ? segments : segments.filter((segment) => foldOf(segment) === null);
  const render = segmentRenderer(report, shown, style, isFull);
  const sources = shown.filter((segment) => segment.kind === "source");
  const models = shown.filter((segment) => segment.kind === "model");
  return [
    legend(style),
    ...titled("Sources", sources.flatMap(render)),
    ...titled("Models", models.flatMap(render)),
    ...(isFull ? [] : foldedLines(segments, style)),
    ...decisionNotices(
      isFull ? report.decisions : report.decisions.map(withoutObvious(report)),
      style,
    ),
    "",
    ...wrapUnder("Plan: ", summaryText(report), style.width).map(style.colors.bold),
    ...nextStep(report, segments),
  ];
}

function legend({ colors }: Style): string {
  const entries = [
    ["+", "runs"],
    ["=", "up to date"],
    ["-", "bypassed"],
    ["!", "held or missing"],
  ] as const;
  return entries.map(([mark, words]) => `${paintMark(mark, colors)} ${words}`).join("   ");
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function segmentRenderer(
  report: PlanReport,
  shown: readonly Segment[],
  style: Style,
  isFull: boolean,
): (segment: Segment) => readonly string[] {
  const decisions = new Map<string, Decision>(
    report.decisions.map((decision) => [decision.subject, decision]),
  );
  const nameWidth = nameWidthOf(shown);
  return (segment) => {
    const planned: PlannedSegment = {
      segment,
      decision: decisions.get(segment.subject) ?? null,
      profile: report.snapshot.profiles.get(segment.subject)?.profile ?? null,
      batches: report.blueprint.batches,
    };
    return isFull ? renderSegmentFully(planned, style) : renderSegment(planned, nameWidth, style);
  };
}

/** The reason under which a whole segment is folded, if it may be. */
function foldOf(segment: Segment): (typeof folded)[number] | null {
  const reasons = new Set(segment.tasks.map((task) => task.bypass?.reason ?? null));
  if (reasons.size !== 1) return null;
  return folded.find((reason) => reasons.has(reason)) ?? null;
}

function foldedLines(segments: readonly Segment[], style: Style): readonly string[] {
  const lines = folded.flatMap((reason) => {
    const names = segments
      .filter((segment) => foldOf(segment) === reason)
      .map((segment) => printable(segment.subject));
    if (names.length === 0) return [];
    const rest = names.length - namesMax;
    const list = names.slice(0, namesMax).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
    const first = segments.find((segment) => foldOf(segment) === reason);
    const mark = paintMark(first === undefined ? "=" : segmentMark(first), style.colors);
    const [head = "", ...others] = wrapUnder(
      "    ",
      `${formatCount(names.length)} ${reasonWords(reason)}: ${list}`,
      style.width,
    );
    return [`  ${mark} ${head.slice(4)}`, ...others];
  });
  return lines.length === 0 ? [] : ["", ...lines];
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
