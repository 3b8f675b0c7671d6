import type { RunEvent } from "../core/run/run-event.ts";
import type { Hash } from "../core/std/hash.ts";
import { resultsOf } from "./task-results.ts";

/** What a run extracted and did not load, and the sources of which it loaded all. */
export function stagedBy(events: readonly RunEvent[]): {
  readonly keep: ReadonlySet<Hash>;
  readonly done: ReadonlySet<string>;
} {
  const results = resultsOf(events);
  const keep = new Set<Hash>();
  const done = new Set<string>();
  for (const [task, { detail }] of results) {
    const extraction = detail["extraction"];
    if (typeof extraction !== "string") continue;
    const source = task.replace(/\.extract$/, "");
    if (results.has(`${source}.load`)) done.add(source);
    else keep.add(extraction);
  }
  return { keep, done };
}
