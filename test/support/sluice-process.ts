import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/** The repository's root. */
export const repositoryFolder = join(import.meta.dirname, "..", "..");

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
}

/** Starts the built CLI as its own process, with nothing of this process's environment but PATH. */
export function startSluice(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): SluiceProcess {
  const child = spawn(process.execPath, [join(repositoryFolder, "bin", "sluice.js"), ...args], {
    cwd: options.cwd ?? repositoryFolder,
    env: { PATH: process.env["PATH"], ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs the built CLI to its end. */
export function runSluice(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return startSluice(args, options).ended;
}
