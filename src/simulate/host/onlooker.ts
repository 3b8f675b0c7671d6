import type { DecideInput, SubjectHistory } from "../../core/decide/decide-input.ts";
import { noDrift } from "../../core/decide/drift-input.ts";
import { assembleProfile } from "../../core/metadata/assemble-profile.ts";
import type { LastLoad } from "../../core/metadata/profile.ts";
import {
  type IdentifiedProfile,
  identifyProfile,
  takeSnapshot,
} from "../../core/metadata/snapshot.ts";
import {
  emptyRecord,
  qualityOf,
  reliabilityOf,
  type SubjectRecord,
  usualRows,
  withChange,
} from "../../core/metadata/subject-record.ts";
import type { ModelSpec, SourceSpec } from "../../core/project/project.ts";
import type { Signal } from "../../core/signals/signal.ts";
import { standingOf } from "../../core/signals/standing.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { SimulationContext } from "../simulation-context.ts";
import type { Table } from "../store/simulated-warehouse.ts";

export type Records = ReadonlyMap<string, SubjectRecord>;

/** What a look at sources found. */
export interface Look {
  readonly profiles: ReadonlyMap<string, IdentifiedProfile>;
  /** Of sources that changed since the last look. */
  readonly changed: ReadonlyMap<string, SubjectRecord>;
}

/**
 * Looks at sources and at what earlier runs left, and makes of it what a decision reads. What is as
 * it was is the same object as before, so that deciding again costs what differs.
 */
export class Onlooker {
  readonly #context: Pick<SimulationContext, "world" | "warehouse" | "catalog" | "scope">;
  readonly #profiles = new Map<
    string,
    { readonly of: string; readonly profile: IdentifiedProfile }
  >();
  readonly #histories = new Map<string, KnownHistory>();

  constructor(context: Pick<SimulationContext, "world" | "warehouse" | "catalog" | "scope">) {
    this.#context = context;
  }

  /** The sources that are declared now. */
  declared(): readonly SourceSpec[] {
    return [...this.#context.world.sources.values()]
      .filter(({ isDeclared }) => isDeclared)
      .map(({ spec }) => spec);
  }

  /** Looks at some sources, at this instant. */
  look(sources: Iterable<SourceSpec>, records: Records, at: EpochMs): Look {
    const { world, warehouse } = this.#context;
    const profiles = new Map<string, IdentifiedProfile>();
    const changed = new Map<string, SubjectRecord>();
    for (const spec of sources) {
      const observation = world.observe(world.source(spec.name));
      const before = records.get(spec.name) ?? emptyRecord(spec.name);
      const record =
        observation.fingerprint === null
          ? before
          : withChange(before, observation.changedAt ?? at, observation.fingerprint);
      if (record !== before) changed.set(spec.name, record);
      const load = lastLoadOf(warehouse.tables.get(spec.name));
      const key = [
        observation.fingerprint ?? observation.presence.state,
        load === null ? "" : `${load.fingerprint} ${load.at}`,
        identityOf(record),
      ].join(" ");
      const known = this.#profiles.get(spec.name);
      if (known?.of === key) {
        profiles.set(spec.name, known.profile);
        continue;
      }
      const profile = identifyProfile(assembleProfile(spec, observation, record, load));
      this.#profiles.set(spec.name, { of: key, profile });
      profiles.set(spec.name, profile);
    }
    return { profiles, changed };
  }

  /** The input of a decision at an instant. */
  inputOf(
    profiles: ReadonlyMap<string, IdentifiedProfile>,
    at: EpochMs,
    { records, signals }: { readonly records: Records; readonly signals: readonly Signal[] },
  ): DecideInput {
    const { scope } = this.#context;
    const sources = this.declared();
    const subjects = [...sources, ...scope.models];
    return {
      snapshot: takeSnapshot(at, scope.capacity, profiles.values()),
      ruleSets: scope.ruleSets,
      template: scope.template,
      scope: { sources: this.#sourcesByName(sources), models: this.#models() },
      history: new Map(
        subjects.map(({ name }) => [name, this.#historyOf(name, records.get(name))] as const),
      ),
      drift: noDrift,
      reads: noReads,
      standing: standingOf(signals, at),
      focus: null,
    };
  }

  #historyOf(subject: string, record: SubjectRecord | undefined): SubjectHistory {
    const table = this.#context.warehouse.tables.get(subject);
    const known = this.#histories.get(subject);
    if (known !== undefined && known.table === table && known.record === record) {
      return known.history;
    }
    const history = makeHistory(subject, table, record);
    this.#histories.set(subject, { table, record, history });
    return history;
  }

  #lastSources: ReadonlyMap<string, SourceSpec> = new Map();

  #sourcesByName(sources: readonly SourceSpec[]): ReadonlyMap<string, SourceSpec> {
    const last = this.#lastSources;
    if (last.size === sources.length && sources.every(({ name }) => last.has(name))) return last;
    this.#lastSources = new Map(sources.map((source) => [source.name, source]));
    return this.#lastSources;
  }

  #models(): ReadonlyMap<string, ModelSpec> {
    return this.#context.world.models;
  }
}

interface KnownHistory {
  readonly table: Table | undefined;
  readonly record: SubjectRecord | undefined;
  readonly history: SubjectHistory;
}

const noReads: DecideInput["reads"] = new Map();

const identities = new WeakMap<SubjectRecord, number>();
let identitiesGiven = 0;

/** A number for a record: records never change, so the same object is the same record. */
function identityOf(record: SubjectRecord): number {
  const known = identities.get(record);
  if (known !== undefined) return known;
  identitiesGiven += 1;
  identities.set(record, identitiesGiven);
  return identitiesGiven;
}

function lastLoadOf(table: Table | undefined): LastLoad | null {
  if (table?.exists !== true) return null;
  const { fingerprint, rows, provenance } = table.head;
  return { at: provenance.at, rows, fingerprint, schemaId: null };
}

function makeHistory(
  subject: string,
  table: Table | undefined,
  record: SubjectRecord | undefined,
): SubjectHistory {
  const output =
    table === undefined
      ? null
      : {
          fingerprint: table.head.fingerprint,
          committedAt: table.head.provenance.at,
          rows: table.head.rows,
          run: table.head.provenance.run,
          exists: table.exists,
          released: null,
          parts: null,
        };
  return {
    subject,
    output,
    condemned: null,
    degraded: record?.degraded ?? null,
    usualRows: record === undefined ? null : usualRows(record),
    verified: record?.verified ?? null,
    quality: record === undefined ? null : qualityOf(record),
    reliability: record === undefined ? null : reliabilityOf(record),
  };
}
