import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The repository's root: also for benchmarks, which run from a compiled copy below it. */
export const repositoryFolder = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  const isRoot = existsSync(join(folder, "bin", "sluice.js"));
  return isRoot ? folder : rootAbove(dirname(folder));
}

/** How a `sluice` process ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `sluice` process that was started. */
export interface SluiceProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Fulfilled when it has written such a text to stderr; fails when it ends without. */
  told(pattern: RegExp): Promise<void>;
}

export interface SluiceOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that starts the process in its turn, such as one that takes rights away first. */
  readonly through?: readonly string[];
}

/** Starts the built CLI as its own process, with nothing of this process's environment but PATH. */
export function startSluice(args: readonly string[], options: SluiceOptions = {}): SluiceProcess {
  const cli = [process.execPath, join(repositoryFolder, "bin", "sluice.js"), ...args];
  const [command = "", ...rest] = [...(options.through ?? []), ...cli];
  const child = spawn(command, rest, {
    cwd: options.cwd ?? repositoryFolder,
    env: { PATH: process.env["PATH"], ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const listeners = new Set<() => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  const told = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(stderr)) resolve();
      };
      listeners.add(look);
      look();
      ended.then(() => reject(new Error(`It never told ${pattern}:\n${stderr}`)), reject);
    });
  return { child, ended, told };
}

/** Runs the built CLI to its end. */
export function runSluice(args: readonly string[], options: SluiceOptions = {}): Promise<Ended> {
  return startSluice(args, options).ended;
}
