import { spawn } from "node:child_process";

/** How a process that the drill started has ended. */
export interface ChildEnd {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it told on stderr. */
  readonly words: string;
}

/** A process of the drill. */
export interface Child {
  readonly ended: Promise<ChildEnd>;
  kill(): void;
  /** Fulfilled with true when it has told such a line, with false when it ended without. */
  told(pattern: RegExp): Promise<boolean>;
}

/** Starts `sluice` as a process of its own, by the same program as this one. */
export function startSluiceChild(args: readonly string[]): Child {
  const program = process.argv[1] ?? "";
  return start(process.execPath, [program, ...args]);
}

/** Runs a program to its end, as its arguments say it: no shell reads them. */
export async function runProgram(argv: readonly string[]): Promise<ChildEnd> {
  const [program = "", ...args] = argv;
  return await start(program, args).ended;
}

function start(program: string, args: readonly string[]): Child {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  const listeners = new Set<() => void>();
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once("error", (error) => resolve({ exitCode: 127, signal: null, words: error.message }));
    // A server that it starts may keep its pipe for good: its own end is what counts.
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, words }));
  });
  return {
    ended,
    kill: () => child.kill("SIGKILL"),
    told: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (pattern.test(words)) resolve(true);
        };
        listeners.add(look);
        look();
        void ended.then(() => resolve(pattern.test(words)));
      }),
  };
}
