import type { ConnectionSpec } from "../../core/project/project.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { toOperatingError } from "../../errors/operating-error.ts";
import type { CatalogReader } from "../../ports/catalog.ts";
import type { Parts } from "../parts.ts";
import type { KnownProject } from "./known-project.ts";
import { type Trigger, triggerOf } from "./trigger.ts";
import { changedSources, lookAtConnection } from "./watch-connection.ts";

/** Looks at the sources of each connection from time to time, and sees which have changed. */
export class SourceWatch {
  readonly #parts: Parts;
  readonly #catalog: CatalogReader;
  readonly #known: KnownProject;
  readonly #nextAt = new Map<string, EpochMs>();
  readonly #looking = new Map<string, Promise<void>>();
  #changed: Trigger[] = [];

  constructor(parts: Parts, catalog: CatalogReader, known: KnownProject) {
    this.#parts = parts;
    this.#catalog = catalog;
    this.#known = known;
  }

  /** Takes what was seen to have changed. */
  seen(): readonly Trigger[] {
    const seen = this.#changed;
    this.#changed = [];
    return seen;
  }

  /** Begins to look at the connections for which it is time. @param found called when any changed */
  look(now: EpochMs, signal: AbortSignal, found: () => void): void {
    for (const spec of this.#known.loaded.project.connections) {
      const { name, watchMs } = spec;
      if (watchMs === null) continue;
      const nextAt = this.#nextAt.get(name);
      // The first cycle looks itself.
      if (nextAt === undefined) this.#nextAt.set(name, now + watchMs);
      if (nextAt === undefined || nextAt > now || this.#looking.has(name)) continue;
      this.#nextAt.set(name, now + watchMs);
      const looking = this.#lookAt(spec, signal, found).finally(() => this.#looking.delete(name));
      this.#looking.set(name, looking);
    }
  }

  /** Fulfilled when no look is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#looking.values());
  }

  async #lookAt(spec: ConnectionSpec, signal: AbortSignal, found: () => void): Promise<void> {
    const place = { loaded: this.#known.loaded, catalog: this.#catalog };
    const since = this.#known.looks;
    try {
      const { snapshot, sources } = await lookAtConnection(this.#parts, place, spec, signal);
      // Where a cycle has looked meanwhile, nobody knows which of both saw it later.
      if (this.#known.looks !== since || since === 0) return;
      const changed = changedSources(this.#known.profiles, snapshot.profiles);
      if (changed.length === 0) return;
      this.#known.meet(sources);
      this.#changed.push(triggerOf("changed", changed));
      found();
    } catch (error) {
      // A look is made again soon, and a cycle does not rest on it.
      if (signal.aborted) return;
      const { message } = toOperatingError(error);
      this.#parts.log.warn(`Could not look at ${spec.name}: ${message}`);
    }
  }
}
