import type { Observation } from "../../core/metadata/assemble-profile.ts";
import type { ModelSpec } from "../../core/project/project.ts";
import type { Column } from "../../core/schema/table-schema.ts";
import { present } from "../../core/std/assert.ts";
import { hashText } from "../../core/std/hash.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { Dice } from "../time/dice.ts";
import type { SimulatedScope } from "./generate-scope.ts";
import type { SourceState } from "./source-state.ts";

/** The sources as they really are. Only the world knows what is true; everyone else has to look. */
export class World {
  readonly sources: ReadonlyMap<string, SourceState>;
  readonly models: ReadonlyMap<string, ModelSpec>;
  /** Connections that cannot be reached now. */
  readonly connectionsDown = new Set<string>();

  constructor(scope: SimulatedScope, start: EpochMs, seed: number) {
    const sources = scope.sources.map((spec): [string, SourceState] => {
      const dice = new Dice(seed, "source", spec.name);
      const state: SourceState = {
        spec,
        log: [],
        poison: new Set(),
        seen: 0,
        isLate: false,
        presence: "present",
        // A few are declared only later.
        isDeclared: !dice.chance(0.06),
        shape: 0,
        alarms: 0,
        changedAt: start,
        scale: dice.pick([100, 10_000, 10_000, 50_000, 300_000]),
      };
      grow(state, dice, dice.between(3, 12));
      state.seen = state.log.length;
      return [spec.name, state];
    });
    this.sources = new Map(sources);
    this.models = new Map(scope.models.map((model) => [model.name, model]));
  }

  source(name: string): SourceState {
    return present(this.sources.get(name), `${name} is a source`);
  }

  /** New rows, changed rows, and where a load can see them, rows that are gone. */
  change(source: SourceState, dice: Dice, at: EpochMs): void {
    grow(source, dice, dice.between(1, 5));
    this.reveal(source, at);
  }

  /** Everything that has happened can be seen now, unless it is late. */
  reveal(source: SourceState, at: EpochMs): void {
    if (source.isLate || source.seen === source.log.length) return;
    source.seen = source.log.length;
    source.changedAt = at;
  }

  presenceOf(source: SourceState): SourceState["presence"] {
    return this.connectionsDown.has(source.spec.connection) ? "unreachable" : source.presence;
  }

  /** All faults are over: everything is there, on time and declared. */
  heal(at: EpochMs): void {
    this.connectionsDown.clear();
    for (const source of this.sources.values()) {
      source.presence = "present";
      source.isDeclared = true;
      source.isLate = false;
      this.reveal(source, at);
    }
  }

  /** What a look at a source shows. It may cry wolf; it never sleeps through a change. */
  observe(source: SourceState): Observation {
    const presence = this.presenceOf(source);
    if (presence !== "present") return absent(presence);
    const rows = source.seen * source.scale;
    return {
      kind: "table",
      presence: { state: "present" },
      fingerprint: contentOf(source),
      rows,
      isExact: true,
      bytes: rows * 80,
      files: 1,
      changedAt: source.changedAt,
      schema: { columns: columnsOf(source.shape), key: source.spec.key },
      arriving: [],
    };
  }
}

/** Rows with a handful of keys, so that keys come again. */
function grow({ spec, log }: SourceState, dice: Dice, count: number): void {
  for (let added = 0; added < count; added += 1) {
    const key = dice.between(0, 10);
    log.push(spec.strategy === "replace" && dice.chance(0.15) ? ~key : key);
  }
}

const identities = new Map<string, string>();

/** Identity of what is seen of a source: another for other rows, and for a false alarm. */
export function contentOf({ spec, seen, shape, alarms }: SourceState): string {
  const text = `${spec.name} ${seen} ${shape} ${alarms}`;
  const known = identities.get(text);
  if (known !== undefined) return known;
  const identity = hashText(text);
  identities.set(text, identity);
  return identity;
}

function absent(presence: "missing" | "unreachable"): Observation {
  return {
    kind: "table",
    presence:
      presence === "missing"
        ? { state: "missing", detail: "It is gone." }
        : { state: "unreachable", code: "CONNECTION_FAILED", detail: "It does not answer." },
    fingerprint: null,
    rows: null,
    isExact: false,
    bytes: null,
    files: null,
    changedAt: null,
    schema: null,
    arriving: [],
  };
}

function columnsOf(shape: number): readonly Column[] {
  const id: Column = { name: "id", type: "BIGINT", nullable: false };
  const added = Array.from(
    { length: shape },
    (_, index): Column => ({
      name: `added_${index}`,
      type: "VARCHAR",
      nullable: true,
    }),
  );
  return [id, ...added];
}
