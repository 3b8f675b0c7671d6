import type { TaskKind } from "../core/project/project.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import type { RecordedAttempt } from "../core/scenarios/simulation-request.ts";
import type { CatalogReader } from "../ports/catalog.ts";

/** Enough for a median and its spread, little enough to read at once. */
const runsMax = 20;

const kinds: ReadonlySet<string> = new Set<TaskKind>([
  "extract",
  "load",
  "verify",
  "transform",
  "check",
]);

/** How long attempts took that succeeded in recent runs; those of several tasks at once are left out. */
export async function recordedAttempts(
  catalog: CatalogReader,
): Promise<readonly RecordedAttempt[]> {
  const recorded: RecordedAttempt[] = [];
  for (const { id } of await catalog.runs(runsMax)) {
    const events = await catalog.events(id);
    recorded.push(...attemptsIn(events.map(({ event }) => event)));
  }
  return recorded;
}

function* attemptsIn(events: readonly RunEvent[]): Generator<RecordedAttempt> {
  const startedAt = new Map<string, number>();
  for (const event of events) {
    if (event.type !== "AttemptStarted" && event.type !== "AttemptSucceeded") continue;
    const [task, ...others] = event.tasks;
    if (task === undefined || others.length > 0) continue;
    const key = `${task}#${event.attempt}`;
    const start = startedAt.get(key);
    if (event.type === "AttemptStarted") startedAt.set(key, event.at);
    else if (start !== undefined && event.results[task]?.isRepeat === false) {
      const kind = task.slice(task.lastIndexOf(".") + 1);
      if (isKind(kind)) yield { task, kind, durationMs: event.at - start };
    }
  }
}

function isKind(kind: string): kind is TaskKind {
  return kinds.has(kind);
}
