import type { Decided } from "../../core/decide/decided.ts";
import { pinnedIn } from "../../core/decide/pinned-in.ts";
import type { RunCommand, RunEvent, SegmentChanges } from "../../core/run/run-event.ts";
import type { Signal } from "../../core/signals/signal.ts";
import { compareText } from "../../core/std/compare.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { SimulationContext } from "../simulation-context.ts";
import type { PlannedDecision, StoredRun } from "../store/simulated-catalog.ts";
import type { Onlooker } from "./onlooker.ts";

export type AskRevision = Extract<RunCommand, { readonly type: "AskRevision" }>;

type RevisionDecided = Extract<RunEvent, { readonly type: "RevisionDecided" }>;

/** What a process that revises its run works with. */
interface Reviser {
  readonly context: SimulationContext;
  readonly onlooker: Onlooker;
  readonly now: EpochMs;
  readonly stored: StoredRun;
}

/**
 * Decides a run again while it goes on: looks again at the sources that its signals concern and that
 * may still come out otherwise, and leaves everything else as it is.
 */
export function revise(
  { context, onlooker, now, stored }: Reviser,
  before: Decided,
  { revision, signals: ids, begun }: AskRevision,
): { readonly revised: PlannedDecision; readonly told: Omit<RevisionDecided, "at"> } {
  const { catalog, parts } = context;
  const wanted = new Set(ids);
  const signals = heardBy(stored).filter(({ id }) => wanted.has(id));
  const pinned = pinnedIn(before, signals, begun);
  const sources = onlooker.declared().filter(({ name }) => !pinned.has(name));
  const look = onlooker.look(sources, catalog.records, now);
  const profiles = new Map(before.input.snapshot.profiles);
  for (const [name, profile] of look.profiles) profiles.set(name, profile);
  const { records } = catalog;
  const input = onlooker.inputOf(profiles, now, { records, signals: catalog.signals });
  const decided = parts.decideAgain(before, input, pinned);
  const plan = parts.planRun(decided.blueprint, stored.resources);
  return {
    revised: { decided, plan },
    told: {
      type: "RevisionDecided",
      revision,
      blueprint: decided.blueprint.id,
      decision: decided.record.id,
      cause: ids,
      segments: changesIn(before, decided),
      cancel: cancelled(signals, begun),
    },
  };
}

/** The signals that a run has heard of. */
function heardBy({ events }: Pick<StoredRun, "events">): readonly Signal[] {
  return events.flatMap((event) => (event.type === "SignalReceived" ? [event.signal] : []));
}

/** Subjects that have begun and are to end, because somebody said so. */
function cancelled(signals: readonly Signal[], begun: readonly string[]): readonly string[] {
  const named = signals.flatMap((signal) =>
    "cancel" in signal.data && signal.data.cancel === true ? [signal.subject] : [],
  );
  return [...new Set(named)].filter((subject) => begun.includes(subject)).sort(compareText);
}

function changesIn(before: Decided, after: Decided): SegmentChanges {
  const [old, young] = [before.blueprint.segments, after.blueprint.segments];
  return {
    added: [...young.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !young.has(name)),
    changed: [...young].flatMap(([name, { id }]) => {
      const earlier = old.get(name);
      return earlier === undefined || earlier.id === id ? [] : [name];
    }),
  };
}
