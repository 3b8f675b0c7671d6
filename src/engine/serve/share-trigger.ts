import type { Signal } from "../../core/signals/signal.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { OpenCycle } from "./open-cycle.ts";
import type { SubjectGraph } from "./subject-graph.ts";
import type { Trigger, TriggerSignal } from "./trigger.ts";

/** Who tells a cycle of what is due. */
const ownSource = "/sluice/serve";

/**
 * Tells a cycle of a trigger in the only words that it hears: signals. What came in as one was told
 * when it arrived; the rest is said for each subject.
 */
export function shareTrigger(
  trigger: Trigger,
  cycle: OpenCycle,
  { graph, at, newId }: { readonly graph: SubjectGraph; readonly at: EpochMs; newId(): string },
): void {
  const told = new Set(trigger.signals.map(({ signal }) => signal.subject));
  const isChange = trigger.causes.has("changed");
  const sources = new Set([...graph.sourcesOf.values()].flat());
  for (const subject of trigger.subjects ?? []) {
    if (told.has(subject)) continue;
    const type = isChange && sources.has(subject) ? "source.changed" : "cycle.due";
    const because = [...trigger.causes].join(", ");
    cycle.feed.offer(
      { id: newId(), source: ownSource, type, subject, at, data: { because } },
      null,
    );
  }
}

/** Tells the cycles that a signal is about. What is about no subject is about all of them. */
export function tellCycles(
  { signal, seq }: TriggerSignal,
  subjects: readonly string[],
  cycles: Iterable<OpenCycle>,
): void {
  for (const cycle of cycles) {
    const isConcerned =
      cycle.isWhole ||
      subjects.length === 0 ||
      subjects.some((subject) => cycle.subjects.has(subject));
    if (isConcerned) cycle.feed.offer(signal, seq);
  }
}

/** The subjects about which a signal lets something be done. */
export function subjectsOf(signal: Signal, graph: SubjectGraph): readonly string[] {
  const { type, subject } = signal;
  // They hold back what goes on; there is nothing to begin.
  if (type === "pressure" || type === "circuit.opened") return [];
  if (type === "circuit.closed") return graph.sourcesOf.get(subject) ?? [];
  return [subject];
}
