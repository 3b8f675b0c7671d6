import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { type Ended, startSluice } from "./sluice-process.ts";

/** One line of `sluice serve --json`. */
export interface ServeLine {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A `sluice serve` that goes on until it is ended. */
export interface ServingProcess {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** All that it has told so far. */
  readonly lines: readonly ServeLine[];
  /** The next line that fits, from where the last one was found. @throws when it ends before */
  next(fits: (line: ServeLine) => boolean): Promise<ServeLine>;
  /** The next finished cycle with this cause. */
  cycle(cause: string): Promise<ServeLine>;
  kill(signal: NodeJS.Signals): void;
}

/** Serves the project in a folder, on any free port, and kills it when the test is over. */
export function startServing(folder: string, args: readonly string[] = []): ServingProcess {
  const given = ["serve", "--json", "--port", "0", ...args];
  const { child, ended } = startSluice(given, { cwd: folder });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const lines: ServeLine[] = [];
  if (child.stdout === null) throw new Error("a process that is started has its output piped");
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(JSON.parse(line)));
  const isOver = once(reader, "close");
  let seen = 0;
  const next = async (fits: (line: ServeLine) => boolean): Promise<ServeLine> => {
    for (;;) {
      const found = lines.findIndex((line, at) => at >= seen && fits(line));
      const line = lines[found];
      if (line !== undefined) {
        seen = found + 1;
        return line;
      }
      const isLast = await Promise.race([
        once(reader, "line").then(() => false),
        isOver.then(() => true),
      ]);
      if (isLast && !lines.slice(seen).some(fits)) {
        const { stderr } = await ended;
        throw new Error(`It ended before it told that: ${JSON.stringify(lines)}\n${stderr}`);
      }
    }
  };
  return {
    pid: child.pid ?? 0,
    ended,
    lines,
    next,
    cycle: (cause) =>
      next(({ type, causes }) => type === "CycleFinished" && isAmong(cause, causes)),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

function isAmong(cause: string, causes: unknown): boolean {
  return Array.isArray(causes) && causes.includes(cause);
}
