import picocolors from "picocolors";
import { describe, expect, test } from "vitest";
import { KeptStream } from "../../../test/support/cli-scene.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { flightsPlan } from "../../../test/support/plan-report.ts";
import { lastingFailure, plainResult } from "../../../test/support/run-blueprint.ts";
import { openOutput } from "../output.ts";
import { liveProgress } from "./live-progress.ts";

/** A terminal of the codes that the view may use: up, erase to the end of line or screen, cursor. */
class Terminal {
  readonly #lines: string[] = [];
  #row = 0;
  #column = 0;
  hasCursor = true;

  print(text: string): void {
    for (const character of text) {
      if (character === "\n") {
        this.#row += 1;
        this.#column = 0;
      } else if (character === "\r") this.#column = 0;
      else this.#put(character);
    }
  }

  obey(parameter: string, letter: string): void {
    const line = this.#lines[this.#row] ?? "";
    if (letter === "A") this.#row -= Number(parameter);
    else if (letter === "K") this.#lines[this.#row] = line.slice(0, this.#column);
    else if (letter === "J") this.#lines.splice(this.#row);
    else if (parameter === "?25") this.hasCursor = letter === "h";
    else throw new Error(`The view must not send ${parameter}${letter}.`);
  }

  get lines(): readonly string[] {
    return this.#lines.filter((line) => line !== "");
  }

  #put(character: string): void {
    const line = this.#lines[this.#row] ?? "";
    while (this.#lines.length <= this.#row) this.#lines.push("");
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }
}

/** What a terminal shows after these bytes, and whether it has a cursor. */
function screenOf(bytes: string): { readonly lines: readonly string[]; readonly cursor: boolean } {
  const terminal = new Terminal();
  const [text = "", ...codes] = bytes.split("\u001b[");
  terminal.print(text);
  for (const code of codes) {
    const [whole = "", parameter = "", letter = ""] = /^([?\d]*)([A-Za-z])/.exec(code) ?? [];
    terminal.obey(parameter, letter);
    terminal.print(code.slice(whole.length));
  }
  return { lines: terminal.lines, cursor: terminal.hasCursor };
}

function open(size: { readonly columns: number; readonly rows: number } | null = null) {
  const stream = new KeptStream(true, size ?? undefined);
  const clock = new ManualClock();
  const output = openOutput(stream);
  const view = liveProgress({ stream, output, colors: picocolors.createColors(false), clock });
  const event = (tasks: readonly string[], attempt = 1) => ({ at: clock.now(), tasks, attempt });
  return { stream, clock, view, event, screen: () => screenOf(stream.text) };
}

describe("a live view", () => {
  test("shows the probing, and takes it down at its end", () => {
    const { view, clock, screen } = open();
    const probed = { source: "flights", presence: "present", rows: 3, bytes: 4 } as const;
    view.probe({ ...probed, done: 3, total: 12 });
    clock.advance(100);
    expect(screen().lines).toEqual(["Probing sources [######..................] 3/12  flights"]);
    view.probe({ ...probed, done: 12, total: 12 });
    clock.advance(100);
    expect(screen()).toEqual({ lines: [], cursor: true });
  });

  test("shows what runs with the time it takes, and what is done", () => {
    const { view, clock, event, screen } = open();
    view.plan(flightsPlan(), "r1");
    view.event({ type: "AttemptStarted", ...event(["flights.load"]) });
    view.event({ type: "AttemptStarted", ...event(["airports.load", "weather.load"], 2) });
    clock.advance(3_000);
    expect(screen()).toEqual({
      lines: [
        "[........................] 0/15 done",
        "  flights.load  3s",
        "  airports.load and 1 more  3s, attempt 2",
      ],
      cursor: false,
    });
    const results = { "flights.load": { ...plainResult, rows: 3_000_000 } };
    view.event({ type: "AttemptSucceeded", ...event(["flights.load"]), results });
    clock.advance(100);
    expect(screen().lines).toEqual([
      "[#.......................] 1/15 done, 3,000,000 rows loaded",
      "  airports.load and 1 more  3s, attempt 2",
    ]);
  });

  test("lets notes and failures scroll away above", () => {
    const { view, clock, event, screen } = open();
    view.plan(flightsPlan(), "r1");
    view.event({ type: "AttemptStarted", ...event(["flights.load"]) });
    clock.advance(100);
    view.note("warning: slow disk\n");
    const failure = { ...lastingFailure, message: "3 rows\nhave no id" };
    view.event({ type: "AttemptFailed", ...event(["flights.load"]), failure });
    clock.advance(100);
    expect(screen().lines).toEqual([
      "warning: slow disk",
      "attempt 1 failed flights.load: GATE_FAILED: 3 rows\\nhave no id",
      "[........................] 0/15 done, 1 failed",
    ]);
  });

  test("is gone after close, with the cursor back and no timer left", () => {
    const { view, clock, event, screen } = open();
    view.plan(flightsPlan(), "r1");
    view.event({ type: "AttemptStarted", ...event(["flights.load"]) });
    clock.advance(100);
    expect(screen().cursor).toBe(false);
    view.close();
    view.close();
    expect(screen()).toEqual({ lines: [], cursor: true });
    expect(clock.timers).toBe(0);
  });

  test("is never taller than it may be, and never wider than the terminal", () => {
    const { view, clock, event, screen } = open();
    view.plan(flightsPlan(), "r1");
    for (let index = 0; index < 40; index += 1) {
      view.event({ type: "AttemptStarted", ...event([`${"wide".repeat(50)}_${index}.load`]) });
    }
    clock.advance(100);
    const { lines } = screen();
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe("  … 30 more running");
    for (const line of lines) expect(line.length).toBeLessThan(100);
  });

  test("draws ten times a second at most, however many events there are", () => {
    const { view, clock, event, stream } = open();
    view.plan(flightsPlan(), "r1");
    for (let index = 0; index < 1_000; index += 1) {
      view.event({ type: "AttemptStarted", ...event([`t${index % 8}.load`]) });
      view.event({ type: "AttemptLost", ...event([`t${index % 8}.load`]) });
    }
    expect(stream.text).toBe("");
    clock.advance(1_000);
    expect(stream.text.split("\u001b[J")).toHaveLength(11);
  });

  test("on a terminal that does not know its size takes the usual one", () => {
    const { view, clock, event, screen } = open({ columns: 0, rows: 0 });
    view.plan(flightsPlan(), "r1");
    view.event({ type: "AttemptStarted", ...event(["a.load"]) });
    view.event({ type: "AttemptStarted", ...event(["b.load"]) });
    clock.advance(100);
    expect(screen().lines).toHaveLength(3);
  });

  test("that has nothing to show writes nothing", () => {
    const { view, clock, stream } = open();
    view.close();
    clock.advance(1_000);
    expect(stream.text).toBe("");
  });
});
