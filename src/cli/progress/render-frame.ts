import { formatDurationMs } from "../../core/std/time.ts";
import { clip } from "../text/display-width.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import type { ProgressState, RunningAttempt, RunProgress } from "./progress-state.ts";
import { tasksText } from "./tasks-text.ts";

const barWidth = 24;

/** The lines of the live region, at most `height`, each narrower than the terminal. */
export function renderFrame(state: ProgressState, style: Style, height: number): readonly string[] {
  if (state.run !== null) return runFrame(state.run, style, height);
  if (state.probe === null || state.probe.done === state.probe.total) return [];
  const { done, total, source } = state.probe;
  const text = `Probing sources ${bar(done, total)} ${done}/${total}  ${printable(source)}`;
  return [clip(text, style.width - 1)];
}

function runFrame(run: RunProgress, style: Style, height: number): readonly string[] {
  const attempts = [...run.running.values()];
  const shown = attempts.slice(0, attempts.length <= height - 1 ? attempts.length : height - 2);
  const hidden = attempts.length - shown.length;
  return [
    headLine(run, style),
    ...shown.map((attempt) => attemptLine(attempt, style)),
    ...(hidden > 0 ? [style.colors.dim(clip(`  … ${hidden} more running`, style.width - 1))] : []),
  ];
}

function headLine(run: RunProgress, style: Style): string {
  const parts = [
    `${formatCount(run.succeeded)}/${formatCount(run.total)} done`,
    ...(run.failed.size > 0 ? [`${run.failed.size} failed`] : []),
    ...(run.rowsLoaded > 0 ? [`${formatCounted(run.rowsLoaded, "row")} loaded`] : []),
    ...(run.isStopping ? ["stopping"] : []),
  ];
  const text = `${bar(run.succeeded, run.total)} ${parts.join(", ")}`;
  const line = clip(text, style.width - 1);
  return run.failed.size > 0 ? style.colors.red(line) : style.colors.bold(line);
}

function attemptLine(attempt: RunningAttempt, style: Style): string {
  const elapsed = formatDurationMs(Math.max(0, style.now - attempt.startedAt)).replace(
    /^\d+ms$/,
    "0s",
  );
  const again = attempt.attempt === 1 ? "" : `, attempt ${attempt.attempt}`;
  return clip(`  ${tasksText(attempt.tasks)}  ${elapsed}${again}`, style.width - 1);
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.floor((done / total) * barWidth);
  return `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}]`;
}
