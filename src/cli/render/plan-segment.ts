import { z } from "zod";
import type { Decision, Segment, Task } from "../../core/decide/blueprint.ts";
import type { Profile } from "../../core/metadata/profile.ts";
import type { Negotiation } from "../../core/routes/negotiation.ts";
import type { Json } from "../../core/std/json.ts";
import { displayWidth, pad } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatBytes, formatCounted } from "../text/quantity.ts";
import type { Colors, Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";
import { becauseWords, decisionNotes, type Note, noteText } from "./decision-notes.ts";
import { bypassMark, bypassWords, type Mark } from "./reason-words.ts";
import { routeNotes } from "./route-notes.ts";
import { routeWords } from "./route-words.ts";
import { gateWords, safeguardWords } from "./safeguard-words.ts";

/** A segment with what explains it. */
export interface PlannedSegment {
  readonly segment: Segment;
  readonly decision: Decision | null;
  /** Of a source. */
  readonly profile: Profile | null;
  /** What the segment's route waits for, or was agreed in. */
  readonly negotiation: Negotiation | null;
}

const tasksWidth = 24;

/** Whether anything of a segment runs. */
export function isRunning({ tasks }: Segment): boolean {
  return tasks.some(({ state }) => state === "active");
}

/**
 * The mark of a whole segment: `+` when anything of it runs, `»` when that is through an adapter and
 * `≈` when it is on a fallback, else the one that wants most notice.
 */
export function segmentMark(segment: Segment): Mark {
  if (isRunning(segment)) {
    if (segment.route?.to === "adapt") return "»";
    return segment.degraded === null ? "+" : "≈";
  }
  const marks = segment.tasks.map(taskMark);
  const found = (["!", "-"] as const).find((mark) => marks.includes(mark));
  return found ?? "=";
}

/** What is to be said of a segment: its route, unless nothing is to be done, and what rules did. */
export function segmentNotes(planned: PlannedSegment, { now }: Style): readonly Note[] {
  const { segment, decision, negotiation } = planned;
  const isSilent = segment.route === null || segmentMark(segment) === "=";
  return [
    ...(isSilent ? [] : routeNotes(segment.route, { negotiation, now })),
    ...(isRunning(segment) ? decisionNotes(segment, decision) : []),
  ];
}

/** One line for the segment, then one for each note on it. */
export function renderSegment(
  planned: PlannedSegment,
  { nameWidth, notes }: { readonly nameWidth: number; readonly notes: readonly Note[] },
  style: Style,
): readonly string[] {
  const { segment, decision } = planned;
  const mark = segmentMark(segment);
  const name = style.colors.bold(pad(printable(segment.subject), nameWidth));
  const head = `  ${paintMark(mark, style.colors)} ${name}  `;
  const tasks = tasksWords(planned);
  const text = isRunning(segment) ? `${pad(tasks, tasksWidth)}  ${factWords(planned)}` : tasks;
  const indent = nameWidth + 6;
  const lines = wrapUnder(" ".repeat(indent), text.trimEnd(), style.width);
  return [
    ...lines.map((line, index) => (index === 0 ? head + line.slice(indent) : line)),
    ...notes.flatMap((note) => wrapUnder("      ", noteText(note, decision), style.width)),
  ];
}

/** The segment with a line for each task and everything that protects it. */
export function renderSegmentFully(planned: PlannedSegment, style: Style): readonly string[] {
  const { segment, decision } = planned;
  const { colors, width } = style;
  const facts = factWords(planned);
  const title = `${paintMark(segmentMark(segment), colors)} ${colors.bold(printable(segment.subject))}`;
  return [
    `  ${title}${facts === "" ? "" : `  ${facts}`}`,
    ...segment.tasks.flatMap((task) => taskLines(task, planned, style)),
    ...routeLines(planned, style),
    ...decisionNotes(segment, decision)
      .filter(({ words }) => !words.startsWith("gate "))
      .flatMap((note) => wrapUnder("      ", noteText(note, decision), width)),
  ];
}

function routeLines(planned: PlannedSegment, style: Style): readonly string[] {
  const { segment, decision, negotiation } = planned;
  if (segment.route === null) return [];
  return routeNotes(segment.route, { negotiation, now: style.now }).flatMap((note) =>
    wrapUnder("      ", noteText(note, decision), style.width),
  );
}

function taskLines(task: Task, planned: PlannedSegment, style: Style): readonly string[] {
  const { colors, width } = style;
  const head = `    ${paintMark(taskMark(task), colors)} ${pad(task.kind, 9)}  `;
  if (task.bypass !== null) return [head + bypassLine(task, planned)];
  const plainHead = " ".repeat(17);
  const gates = task.safeguards.gates.map((gate) => ({
    text: gateWords(gate),
    because: becauseWords(gate.by === null ? [] : [gate.by], planned.decision),
  }));
  const after = task.after.map((dependency) => printable(dependency.task));
  const lines = [
    safeguardWords(task.safeguards),
    ...(after.length === 0 ? [] : [`after ${after.join(", ")}`]),
    ...gates.map((gate) => gate.text + gate.because),
  ].flatMap((text) => wrapUnder(plainHead, text, width));
  return lines.map((line, index) => (index === 0 ? head + line.slice(plainHead.length) : line));
}

/** The tasks that run, and why the others do not; only why, when none runs for one reason. */
export function tasksWords(planned: PlannedSegment): string {
  const { tasks } = planned.segment;
  const active = tasks.filter((task) => task.state === "active").map((task) => task.kind);
  const bypassed = new Map<string, string[]>();
  for (const task of tasks) {
    if (task.bypass === null) continue;
    const words = bypassLine(task, planned);
    bypassed.set(words, [...(bypassed.get(words) ?? []), task.kind]);
  }
  const others = [...bypassed].map(([words, kinds]) =>
    active.length === 0 && bypassed.size === 1 ? words : `${kinds.join(", ")} ${words}`,
  );
  return [...(active.length === 0 ? [] : [active.join(", ")]), ...others].join("; ");
}

function bypassLine(task: Task, { segment, decision, profile }: PlannedSegment): string {
  if (task.bypass === null) return "";
  if (task.bypass.reason === "isolated" && segment.route !== null) {
    return routeWords(segment.route.to);
  }
  const words = bypassWords(task.bypass);
  if (task.bypass.reason === "rule") {
    const activation = decision?.effects.activation?.value;
    const because = activation?.state === "bypass" ? activation.because : null;
    const told = because === null ? "" : ` (${printable(because)})`;
    const trace = becauseWords(decision?.effects.activation?.by ?? [], decision);
    return `${words}${told}${told === "" ? trace.replace(/^, because \S+ ?/, " ").trimEnd() : ""}`;
  }
  if (task.bypass.reason === "frozen" || task.bypass.reason === "override") {
    return words + saidWords(decision?.evidence[task.id]);
  }
  if (task.bypass.reason === "source_missing" && profile !== null) {
    const { presence } = profile;
    return presence.state === "present"
      ? words
      : `${presence.state}: ${printable(presence.detail)}`;
  }
  return words;
}

/** Why somebody overrides a subject, and until when. */
function saidWords(evidence: Json | undefined): string {
  const said = overrideEvidence.safeParse(evidence);
  if (!said.success) return "";
  const { why, until } = said.data;
  return ` ${until === null ? "until lifted" : `until ${until}`} (${printable(why)})`;
}

const overrideEvidence = z.object({ why: z.string(), until: z.string().nullable() });

function factWords({ segment, profile }: PlannedSegment): string {
  const volume = profile?.volume;
  const rows = volume?.rows ?? null;
  const bytes = volume?.bytes ?? null;
  const files = volume?.files ?? null;
  return [
    ...(rows === null
      ? []
      : [`${volume?.isExact === false ? "about " : ""}${formatCounted(rows, "row")}`]),
    ...(bytes === null ? [] : [formatBytes(bytes)]),
    ...(files === null || files < 2 ? [] : [formatCounted(files, "file")]),
    `tier ${segment.tier}`,
    ...(segment.tags.length === 0
      ? []
      : [segment.tags.map((tag) => `#${printable(tag)}`).join(" ")]),
  ].join(", ");
}

function taskMark(task: Task): Mark {
  return task.bypass === null ? "+" : bypassMark(task.bypass.reason);
}

/** A mark in its colour; the sign alone says the same. */
export function paintMark(mark: Mark, colors: Colors): string {
  const paint = {
    "+": colors.green,
    "»": colors.cyan,
    "≈": colors.yellow,
    "=": colors.dim,
    "-": colors.yellow,
    "!": colors.red,
  };
  return paint[mark](mark);
}

/** How wide the names' column is: as the longest, within reason. */
export function nameWidthOf(segments: readonly Segment[]): number {
  const widths = segments.map((segment) => displayWidth(printable(segment.subject)));
  return Math.min(
    32,
    widths.reduce((widest, width) => Math.max(widest, width), 0),
  );
}
