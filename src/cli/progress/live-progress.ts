import type { Clock } from "../../ports/clock.ts";
import type { CliStream } from "../cli-environment.ts";
import type { Output } from "../output.ts";
import { printable } from "../text/printable.ts";
import type { Colors } from "../text/style.ts";
import { terminalColumns, terminalRows } from "../text/terminal-size.ts";
import { initialProgress, type ProgressState, withEvent, withRun } from "./progress-state.ts";
import type { ProgressView } from "./progress-view.ts";
import { renderFrame } from "./render-frame.ts";
import { tasksText } from "./tasks-text.ts";

/** Often enough to look alive, seldom enough to cost nothing with ten thousand events a second. */
const redrawMs = 100;
const heightMax = 12;

/** What a live view draws on. */
export interface LiveTarget {
  readonly stream: CliStream;
  readonly output: Output;
  readonly colors: Colors;
  readonly clock: Clock;
}

/**
 * A few lines at the foot of a terminal that show what runs. They are redrawn in place, each frame
 * in one write that overwrites line by line, so that nothing flickers; notes scroll away above.
 * The cursor is hidden while there is a frame, and given back by `close`.
 */
export function liveProgress(target: LiveTarget): ProgressView {
  const region = openRegion(target);
  const note = (text: string) => region.above(text);
  return {
    probe: (progress) => region.update((state) => ({ ...state, probe: progress })),
    plan: (plan, run) => region.update((state) => withRun(state, run, plan.summary.active)),
    event: (event) => {
      region.update((state) => withEvent(state, event));
      if (event.type === "AttemptFailed") {
        const text = `${tasksText(event.tasks)}: ${event.failure.code}: ${event.failure.message}`;
        note(`${target.colors.yellow(`attempt ${event.attempt} failed`)} ${printable(text)}\n`);
      }
    },
    note,
    close: region.close,
  };
}

interface Region {
  update(change: (state: ProgressState) => ProgressState): void;
  above(text: string): void;
  close(): void;
}

function openRegion({ stream, output, colors, clock }: LiveTarget): Region {
  let state = initialProgress;
  let drawn = 0;
  let cancelTimer: (() => void) | null = null;

  const frame = () => {
    const style = { colors, width: terminalColumns(stream), now: clock.now() };
    return renderFrame(state, style, Math.min(heightMax, Math.max(2, terminalRows(stream) - 1)));
  };
  const draw = (above: string) => {
    const lines = frame();
    const hide = drawn === 0 && lines.length > 0 ? "\u001b[?25l" : "";
    const show = drawn > 0 && lines.length === 0 ? "\u001b[?25h" : "";
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\r`;
    const body = `${above}${lines.join("\n")}${lines.length > 0 ? "\n" : ""}`;
    const cleared = body.replaceAll("\n", "\u001b[K\n");
    if (hide + up + body + show !== "") output.write(`${hide}${up}${cleared}\u001b[J${show}`);
    drawn = lines.length;
  };
  const tick = () => {
    draw("");
    cancelTimer = drawn > 0 ? clock.setTimer(redrawMs, tick) : null;
  };
  return {
    update: (change) => {
      state = change(state);
      cancelTimer ??= clock.setTimer(redrawMs, tick);
    },
    above: (text) => draw(text),
    close: () => {
      cancelTimer?.();
      cancelTimer = null;
      state = initialProgress;
      draw("");
    },
  };
}
