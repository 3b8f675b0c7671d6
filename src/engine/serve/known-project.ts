import type { IdentifiedProfile } from "../../core/metadata/snapshot.ts";
import type { SourceSpec } from "../../core/project/project.ts";
import { present } from "../../core/std/assert.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { CatalogReader } from "../../ports/catalog.ts";
import { readCycleNotes } from "../cycle-notes.ts";
import type { Harvest } from "../harvest.ts";
import type { ValidProject } from "../load-project.ts";
import { type Due, dueTimes } from "./due-times.ts";
import { type SubjectGraph, subjectGraph } from "./subject-graph.ts";
import { type Trigger, triggerOf } from "./trigger.ts";

/** What a serving process knows of its project: its parts, what was seen of them, and what is due. */
export class KnownProject {
  readonly #profiles = new Map<string, IdentifiedProfile>();
  readonly #sources = new Map<string, SourceSpec>();
  readonly #lookedAt = new Map<string, EpochMs>();
  #loaded: ValidProject | null = null;
  #graph: SubjectGraph = subjectGraph([], []);
  #reminders: Due[] = [];
  #dues: readonly Due[] | null = null;
  #followedUntil: EpochMs = 0;
  #looks = 0;

  get loaded(): ValidProject {
    return present(this.#loaded, "a project that is served was loaded");
  }

  get graph(): SubjectGraph {
    return this.#graph;
  }

  /** How often a cycle has looked. */
  get looks(): number {
    return this.#looks;
  }

  /** By source: what the last look of a cycle gave. */
  get profiles(): ReadonlyMap<string, IdentifiedProfile> {
    return this.#profiles;
  }

  /** Takes in the project's files as they are, with what discovery found last. */
  async load(loaded: ValidProject, catalog: CatalogReader, now: EpochMs): Promise<void> {
    const { found } = await readCycleNotes(catalog);
    if (this.#loaded === null) this.#followedUntil = now;
    this.#loaded = loaded;
    this.#sources.clear();
    for (const source of [...found.values()].flat()) this.#sources.set(source.name, source);
    for (const source of loaded.project.sources) this.#sources.set(source.name, source);
    this.#changed();
  }

  /** Takes in what a cycle has seen. */
  learn({ snapshot, sources }: Harvest, now: EpochMs): void {
    this.#looks += 1;
    for (const source of sources) this.#sources.set(source.name, source);
    for (const [source, profile] of snapshot.profiles) {
      if (this.#profiles.get(source) === profile) continue;
      this.#profiles.set(source, profile);
      this.#lookedAt.set(source, now);
    }
    this.#changed();
  }

  /** Takes in sources that were found between cycles. */
  meet(sources: readonly SourceSpec[]): void {
    for (const source of sources) this.#sources.set(source.name, source);
    this.#changed();
  }

  /** Connections whose patterns must be asked again to find these. */
  discoveringFor(subjects: ReadonlySet<string>): ReadonlySet<string> {
    const connections = new Set<string>();
    for (const subject of subjects) {
      const source = this.#sources.get(subject);
      if (source?.origin === "discovered") connections.add(source.connection);
    }
    return connections;
  }

  /** Lets a trigger come at its time. */
  remind(at: EpochMs, trigger: Trigger): void {
    this.#reminders.push({ at, trigger });
  }

  /** Replaces what was expected of expiring words. */
  expect(expiries: readonly Due[]): void {
    this.#reminders = this.#reminders.filter(({ trigger }) => !trigger.causes.has("expired"));
    this.#reminders.push(...expiries);
  }

  /** What has become due; times that passed unseen are one. */
  due(now: EpochMs): readonly Trigger[] {
    this.#dues ??= dueTimes(this.loaded.project, {
      graph: this.#graph,
      sources: [...this.#sources.values()],
      lookedAt: this.#lookedAt,
      followedUntil: this.#followedUntil,
    });
    const all = [...this.#dues, ...this.#reminders].filter(({ at }) => at <= now);
    if (all.length === 0) return [];
    this.#reminders = this.#reminders.filter(({ at }) => at > now);
    this.#followedUntil = now;
    this.#dues = null;
    for (const { trigger } of all) {
      for (const subject of trigger.subjects ?? []) {
        if (this.#lookedAt.has(subject)) this.#lookedAt.set(subject, now);
      }
    }
    return all.map(({ trigger }) => trigger);
  }

  /** The trigger for the sources of a connection. */
  triggerFor(connection: string): Trigger {
    return triggerOf("expired", this.#graph.sourcesOf.get(connection) ?? []);
  }

  #changed(): void {
    this.#graph = subjectGraph(this.#sources.values(), this.loaded.project.models);
    this.#dues = null;
  }
}
