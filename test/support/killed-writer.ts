import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as passed } from "node:timers/promises";
import { seededRandom } from "./seeded-random.ts";

/** A process that writes until it reaches a step, and tells of each thing it did in a line. */
export function startWriter(
  writer: string,
  { folder, data, last }: { readonly folder: string; readonly data: string; readonly last: number },
): ChildProcess {
  return spawn(process.execPath, [writer, folder, data, String(last)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Starts a writer again and again, and kills it at instants that follow from the seed. */
export async function killWriters(
  start: () => ChildProcess,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<void> {
  const random = seededRandom(seed);
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start();
    await told(child, 1 + Math.floor(random() * 9));
    await passed(random() * 80);
    child.kill("SIGKILL");
    const end = await ended(child);
    if (end !== "SIGKILL") throw new Error(`the writer ended of its own accord: ${String(end)}`);
  }
}

/** Waits until it has written so many lines: one when it has opened, one for each thing it did. */
function told(child: ChildProcess, lines: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    child.stdout?.on("data", (text: Buffer) => {
      count += text.toString().split("\n").length - 1;
      if (count >= lines) resolve();
    });
    child.once("close", () => reject(new Error("the writer ended of its own accord")));
  });
}

/** The signal that ended it, or its exit code. */
export function ended(child: ChildProcess): Promise<NodeJS.Signals | number | null> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
}
