import type { ModelSpec } from "../../core/project/project.ts";
import type { Percentiles } from "../../core/scenarios/simulation-report.ts";
import type { EpochMs } from "../../core/std/time.ts";

/** By source: the row version up to which something holds it. */
type Reach = ReadonlyMap<string, number>;

interface Change {
  readonly upTo: number;
  readonly at: EpochMs;
}

/**
 * How long it takes until what is new in a source is in a model. A model reaches as far into a source
 * as the inputs that it was built of do; of two ways to one source the shorter one counts.
 */
export class DataLatency {
  readonly #models: ReadonlyMap<string, ModelSpec>;
  /** By source, oldest first. */
  readonly #changes = new Map<string, Change[]>();
  readonly #reach = new Map<string, Reach>();
  /** By model and source: how many of the source's changes the model holds. */
  readonly #held = new Map<string, number>();
  readonly #samples = new Map<number, number[]>();
  readonly #slaOf: (model: string) => number | null;
  #slaMisses = 0;

  /** @param slaOf how old something new may get before a model holds it, in milliseconds. */
  constructor(models: ReadonlyMap<string, ModelSpec>, slaOf: (model: string) => number | null) {
    this.#models = models;
    this.#slaOf = slaOf;
  }

  get slaMisses(): number {
    return this.#slaMisses;
  }

  /** Something new can be seen in a source. */
  changed(source: string, upTo: number, at: EpochMs): void {
    const changes = this.#changes.get(source);
    if (changes === undefined) this.#changes.set(source, [{ upTo, at }]);
    else changes.push({ upTo, at });
  }

  loaded(source: string, upTo: number): void {
    this.#reach.set(source, new Map([[source, upTo]]));
  }

  /** A model was built of what its inputs hold now. */
  transformed(model: string, at: EpochMs): void {
    const reach = this.#reachOfInputs(model);
    this.#reach.set(model, reach);
    for (const [source, upTo] of reach) this.#hold(model, source, { upTo, at });
  }

  /** The end: what never came counts as if it came now. */
  end(at: EpochMs, isMeant: (model: string) => boolean): void {
    for (const model of this.#models.keys()) {
      if (!isMeant(model)) continue;
      for (const source of this.#sourcesAbove(model)) {
        this.#hold(model, source, { upTo: Number.POSITIVE_INFINITY, at });
      }
    }
  }

  percentiles(): Readonly<Record<string, Percentiles>> {
    const tiers = [...this.#samples].sort(([left], [right]) => left - right);
    return Object.fromEntries(
      tiers.map(([tier, samples]) => {
        const sorted = samples.toSorted((left, right) => left - right);
        return [String(tier), { p50: at(sorted, 0.5), p95: at(sorted, 0.95) }];
      }),
    );
  }

  #hold(model: string, source: string, held: Change): void {
    const key = `${model} ${source}`;
    const changes = this.#changes.get(source) ?? [];
    const tier = this.#models.get(model)?.tier ?? 0;
    const slaMs = this.#slaOf(model);
    let count = this.#held.get(key) ?? 0;
    for (let change = changes[count]; change !== undefined; change = changes[count]) {
      if (change.upTo > held.upTo) break;
      const latencyMs = Math.max(0, held.at - change.at);
      const samples = this.#samples.get(tier);
      if (samples === undefined) this.#samples.set(tier, [latencyMs]);
      else samples.push(latencyMs);
      if (slaMs !== null && latencyMs > slaMs) this.#slaMisses += 1;
      count += 1;
    }
    this.#held.set(key, count);
  }

  #reachOfInputs(model: string): Reach {
    const reach = new Map<string, number>();
    for (const { subject } of this.#models.get(model)?.inputs ?? []) {
      for (const [source, upTo] of this.#reachOf(subject)) {
        reach.set(source, Math.min(reach.get(source) ?? upTo, upTo));
      }
    }
    return reach;
  }

  /** A view reaches as far as what is below it does now. */
  #reachOf(subject: string): Reach {
    if (this.#models.get(subject)?.materialize === "view") return this.#reachOfInputs(subject);
    return this.#reach.get(subject) ?? new Map();
  }

  #sourcesAbove(model: string): ReadonlySet<string> {
    const seen = new Set<string>();
    const sources = new Set<string>();
    const open = [model];
    for (let subject = open.pop(); subject !== undefined; subject = open.pop()) {
      if (seen.has(subject)) continue;
      seen.add(subject);
      const spec = this.#models.get(subject);
      if (spec === undefined) sources.add(subject);
      else for (const input of spec.inputs) open.push(input.subject);
    }
    return sources;
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
