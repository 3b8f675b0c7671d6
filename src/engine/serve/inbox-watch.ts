import type { Standing } from "../../core/signals/standing.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { Catalog } from "../../ports/catalog.ts";
import { readStanding, understood } from "../read-signals.ts";
import type { Due } from "./due-times.ts";
import type { KnownProject } from "./known-project.ts";
import { type TriggerSignal, triggerOf } from "./trigger.ts";

/** Sees signals arrive, and what they said end. */
export class InboxWatch {
  readonly #catalog: Catalog;
  readonly #known: KnownProject;
  #changes = -1;
  #lastSeq = 0;

  constructor(catalog: Catalog, known: KnownProject) {
    this.#catalog = catalog;
    this.#known = known;
  }

  /** What waits already is for the first cycle. */
  async begin(now: EpochMs): Promise<void> {
    this.#changes = await this.#catalog.changes();
    this.#lastSeq = (await this.#catalog.signals()).at(-1)?.seq ?? 0;
    await this.#expectEnds(now);
  }

  /** What has arrived since the last look, in that order. */
  async arrived(now: EpochMs): Promise<readonly TriggerSignal[]> {
    const changes = await this.#catalog.changes();
    if (changes === this.#changes) return [];
    this.#changes = changes;
    const stored = await this.#catalog.signals({ after: this.#lastSeq });
    this.#lastSeq = stored.at(-1)?.seq ?? this.#lastSeq;
    if (stored.length === 0) return [];
    await this.#expectEnds(now);
    return understood(stored).map(({ stored: { seq }, signal }) => ({ seq, signal }));
  }

  /** A word that ends by itself lets what it held back go on. */
  async #expectEnds(now: EpochMs): Promise<void> {
    this.#known.expect(this.#ends(await readStanding(this.#catalog, now)));
  }

  #ends({ overrides, circuits }: Standing): readonly Due[] {
    return [
      ...[...overrides].flatMap(([subject, { until }]) =>
        until === null ? [] : [{ at: until, trigger: triggerOf("expired", [subject]) }],
      ),
      ...[...circuits].map(([connection, { until }]) => ({
        at: until,
        trigger: this.#known.triggerFor(connection),
      })),
    ];
  }
}
