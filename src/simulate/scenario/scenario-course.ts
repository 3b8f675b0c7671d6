import type {
  Scenario,
  ScenarioEvent,
  ScenarioProfile,
  SourceEventKind,
} from "../../core/scenarios/scenario.ts";
import { matchesName } from "../../core/std/matches-name.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Dice } from "../time/dice.ts";
import type { SourceState } from "../world/source-state.ts";

type SourceEvent = Extract<ScenarioEvent, { readonly kind: "source" }>;

/** Who wants to know what happens to sources. */
export interface CourseListener {
  /** Something new can be seen, up to this row version. */
  readonly changed: (source: string, upTo: number) => void;
  /** A source looks other than before, at a time when no cycle is due. */
  readonly news: () => void;
}

/** What new things come before their cycle is due, at most. */
const leadMsMax = 1_800_000;

const usualProfile: Omit<ScenarioProfile, "sources"> = {
  rows: 10_000,
  growth: 1,
  changes: 1,
  late: 0,
  lateByMs: 7_200_000,
  drift: 0,
  missing: 0,
  badRows: 0,
};

/** Plays what a scenario says of its sources: by chance, and by its list of events. */
export class ScenarioCourse {
  readonly #context: SimulationContext;
  readonly #scenario: Scenario;
  readonly #listener: CourseListener;
  readonly #profiles = new Map<string, Omit<ScenarioProfile, "sources">>();
  readonly #rows = new Map<string, number>();

  constructor(context: SimulationContext, scenario: Scenario, listener: CourseListener) {
    this.#context = context;
    this.#scenario = scenario;
    this.#listener = listener;
    for (const [name, source] of context.world.sources) {
      const profile = scenario.profiles.find(({ sources }) =>
        sources.some((pattern) => matchesName(pattern, name)),
      );
      this.#profiles.set(name, profile ?? usualProfile);
      this.#rows.set(name, (profile ?? usualProfile).rows);
      this.#scale(source, 1);
      listener.changed(name, source.seen);
    }
  }

  /** Lets happen what belongs to a cycle, before and while it runs. */
  prepare(cycle: number, dueAt: EpochMs): void {
    for (const event of this.#scenario.events) {
      if (event.kind !== "connection" || event.cycle !== cycle + 1) continue;
      const endsAt = dueAt + (event.forMs ?? this.#scenario.everyMs / 2);
      this.#cutOff(event.connection, dueAt - 1, endsAt);
    }
    for (const source of this.#context.world.sources.values()) {
      this.#prepareSource(source, cycle, dueAt);
    }
  }

  #prepareSource(source: SourceState, cycle: number, dueAt: EpochMs): void {
    const { name } = source.spec;
    const profile = this.#profiles.get(name) ?? usualProfile;
    const dice = new Dice(this.#scenario.seed, "course", cycle, name);
    const chosen = {
      change: dice.chance(profile.changes) && cycle > 0,
      late: dice.chance(profile.late),
      drift: dice.chance(profile.drift),
      missing: dice.chance(profile.missing),
      bad_rows: dice.chance(profile.badRows),
      lead: dice.next(),
    };
    const events = this.#eventsOf(name, cycle);
    const said = (kind: SourceEventKind) => events.find(({ event }) => event === kind);
    const lateMs = lateness(said("late"), chosen.late ? profile.lateByMs : null, this.#scenario);
    const missing = said("missing");
    if (missing !== undefined || chosen.missing) {
      this.#leave(source, dueAt, missing?.forMs ?? this.#scenario.everyMs / 2);
    }
    const mustChange = events.some(({ event }) => event !== "missing" && event !== "unchanged");
    if (said("unchanged") !== undefined || !(chosen.change || mustChange)) return;
    const leadMs = chosen.lead * Math.min(leadMsMax, this.#scenario.everyMs / 4);
    this.#at(dueAt - leadMs, () => {
      if (said("drift") !== undefined || chosen.drift) source.shape += 1;
      if (said("bad_rows") !== undefined || chosen.bad_rows) source.poison.add(source.log.length);
      this.#rows.set(name, (this.#rows.get(name) ?? profile.rows) * profile.growth);
      this.#change(source, dice, { lateMs, share: said("partial")?.share ?? 1 });
    });
    if (said("burst") === undefined) return;
    for (let time = 1; time <= 5; time += 1) {
      this.#at(dueAt + time * 5_000, () => this.#change(source, dice, { lateMs: 0, share: 1 }));
    }
  }

  #eventsOf(name: string, cycle: number): readonly SourceEvent[] {
    return this.#scenario.events.filter(
      (event): event is SourceEvent =>
        event.kind === "source" && event.cycle === cycle + 1 && matchesName(event.source, name),
    );
  }

  #change(
    source: SourceState,
    dice: Dice,
    { lateMs, share }: { readonly lateMs: number; readonly share: number },
  ): void {
    const { world, queue } = this.#context;
    source.isLate = lateMs > 0;
    const before = source.seen;
    world.change(source, dice, queue.now);
    this.#scale(source, share);
    if (!source.isLate) {
      if (source.seen > before) this.#listener.changed(source.spec.name, source.seen);
      return;
    }
    queue.after(lateMs, () => {
      source.isLate = false;
      const seen = source.seen;
      world.reveal(source, queue.now);
      if (source.seen === seen) return;
      this.#listener.changed(source.spec.name, source.seen);
      this.#listener.news();
    });
  }

  /** Row versions are few; each stands for so many rows that all together are as many as said. */
  #scale(source: SourceState, share: number): void {
    const rows = this.#rows.get(source.spec.name) ?? 0;
    source.scale = Math.max(1, Math.round((rows * share) / Math.max(1, source.log.length)));
  }

  #leave(source: SourceState, dueAt: EpochMs, forMs: number): void {
    this.#at(dueAt - 1, () => {
      source.presence = "missing";
    });
    this.#at(dueAt + forMs, () => {
      source.presence = "present";
      this.#listener.news();
    });
  }

  #cutOff(connection: string, from: EpochMs, until: EpochMs): void {
    const { connectionsDown } = this.#context.world;
    this.#at(from, () => connectionsDown.add(connection));
    this.#at(until, () => {
      connectionsDown.delete(connection);
      this.#listener.news();
    });
  }

  #at(at: EpochMs, happen: () => void): void {
    const { queue } = this.#context;
    queue.after(at - queue.now, happen);
  }
}

/** By how much what is new is late; 0 when it is not. */
function lateness(
  event: SourceEvent | undefined,
  byChanceMs: number | null,
  { everyMs }: Scenario,
): number {
  if (event !== undefined) return event.forMs ?? everyMs / 2;
  return byChanceMs ?? 0;
}
