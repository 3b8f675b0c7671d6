import type { RunEvent } from "../../core/run/run-event.ts";
import { describeSignal } from "../../core/signals/describe-signal.ts";
import { type EpochMs, formatDurationMs } from "../../core/std/time.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import type { PlanReport, ProbeProgress } from "../../engine/sluice-project.ts";
import { printable } from "../text/printable.ts";
import { formatBytes, formatCounted } from "../text/quantity.ts";
import { tasksText } from "./tasks-text.ts";

/** The line of a probed source. */
export function probeLine(progress: ProbeProgress): string {
  const size = [
    progress.rows === null ? "" : formatCounted(progress.rows, "row"),
    progress.bytes === null ? "" : formatBytes(progress.bytes),
  ].filter((part) => part !== "");
  const found = progress.presence === "present" ? size.join(", ") || "present" : progress.presence;
  return `probed ${progress.done}/${progress.total} ${printable(progress.source)}: ${found}`;
}

/** The line of a decided blueprint. */
export function planLine(plan: PlanReport, run: string): string {
  const { active, bypassed } = plan.summary;
  return `run ${run}: ${formatCounted(active, "task")} to run, ${bypassed} bypassed`;
}

/**
 * One line for each change of state.
 * @param startedAt when the attempt that ended began, if that is known
 */
export function eventLines(event: RunEvent, startedAt: EpochMs | null): readonly string[] {
  switch (event.type) {
    case "RunResumed":
      return ["resumed"];
    case "AttemptStarted": {
      const again = event.attempt === 1 ? "" : ` (attempt ${event.attempt})`;
      return [`${tasksText(event.tasks)} started${again}`];
    }
    case "AttemptSucceeded":
      return event.tasks.map((task) => succeededLine(task, event, startedAt));
    case "AttemptFailed":
      return [
        `${tasksText(event.tasks)} failed, attempt ${event.attempt}: ` +
          `${event.failure.code}: ${printable(event.failure.message)}`,
      ];
    case "AttemptLost":
      return [`${tasksText(event.tasks)} lost, attempt ${event.attempt}: its process is gone`];
    case "TaskReused":
      return [`${printable(event.task)} was done by ${printable(event.from)}`];
    case "SignalReceived":
      return [signalLine(event)];
    case "RevisionDecided":
      return [revisionLine(event)];
    case "RevisionFailed":
      return [`not decided again: ${event.failure.code}: ${printable(event.failure.message)}`];
    case "CancelRequested":
      return [`stopping: ${printable(event.cause)}`];
    case "RunFinished":
      return [`run ${event.status}`];
    case "RunStarted":
    case "TimerFired":
      return [];
    default:
      return unreachable(event);
  }
}

/** What a run does at each level of pressure. */
const underPressure = [
  "it is over, all goes on",
  "half the slots",
  "half the slots, and tiers from 2 on wait",
  "half the slots, tiers from 2 on wait, what is optional is left out",
] as const;

function signalLine({ signal, concerns }: Extract<RunEvent, { type: "SignalReceived" }>): string {
  const follows =
    signal.type === "pressure"
      ? underPressure[signal.data.level]
      : `concerns ${formatCounted(concerns.length, "subject")}`;
  return `signal ${printable(describeSignal(signal))}: ${follows}`;
}

function revisionLine(event: Extract<RunEvent, { type: "RevisionDecided" }>): string {
  const { added, removed, changed } = event.segments;
  const differences = [
    changed.length === 0 ? "" : `${changed.length} changed`,
    added.length === 0 ? "" : `${added.length} added`,
    removed.length === 0 ? "" : `${removed.length} removed`,
    event.cancel.length === 0 ? "" : `${event.cancel.length} to end`,
  ].filter((part) => part !== "");
  const difference = differences.length === 0 ? "all stays as it was" : differences.join(", ");
  return `revision ${event.revision}: ${difference}`;
}

function succeededLine(
  task: string,
  event: Extract<RunEvent, { type: "AttemptSucceeded" }>,
  startedAt: EpochMs | null,
): string {
  const result = event.results[task];
  const rows = result?.rows;
  const quarantined = result?.detail["rowsQuarantined"];
  const parts = [
    rows === null || rows === undefined ? "" : formatCounted(rows, "row"),
    typeof quarantined === "number" && quarantined > 0
      ? `${formatCounted(quarantined, "row")} to quarantine`
      : "",
    result?.isRepeat === true ? "was done before" : "",
    startedAt === null ? "" : formatDurationMs(event.at - startedAt),
  ].filter((part) => part !== "");
  return `${printable(task)} succeeded${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}
