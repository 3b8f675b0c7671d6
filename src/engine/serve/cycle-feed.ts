import type { Signal } from "../../core/signals/signal.ts";
import type { SignalFeed } from "../signal-feed.ts";
import type { TriggerSignal } from "./trigger.ts";

/** What a cycle's feed does with the inbox. */
export interface FeedPlace {
  /** The run has written down that it received what is at this place. */
  taken(seq: number): Promise<void>;
  /** Sends what the run itself has to say. */
  send(signal: Signal): Promise<void>;
}

/** What one of several cycles of a process hears: only what it is told, from its beginning on. */
export class CycleFeed implements SignalFeed {
  readonly #place: FeedPlace;
  /** Told, and not yet written down by the run. */
  readonly #offered = new Map<string, { readonly seq: number | null; readonly signal: Signal }>();
  #hear: ((signal: Signal) => void) | null = null;

  constructor(place: FeedPlace) {
    this.#place = place;
  }

  /** Whether what it is told is heard at once. */
  get isHeard(): boolean {
    return this.#hear !== null;
  }

  /** What the run has not written down: it came too late for it. */
  get unheard(): readonly Signal[] {
    return [...this.#offered.values()].map(({ signal }) => signal);
  }

  /** Tells the run of a signal, now or as soon as it listens. */
  offer(signal: Signal, seq: TriggerSignal["seq"] | null): void {
    this.#offered.set(keyOf(signal), { seq, signal });
    this.#hear?.(signal);
  }

  listen(hear: (signal: Signal) => void): () => Promise<void> {
    this.#hear = hear;
    for (const signal of this.unheard) hear(signal);
    return async () => {
      this.#hear = null;
    };
  }

  async taken(signal: Signal): Promise<void> {
    const known = this.#offered.get(keyOf(signal));
    this.#offered.delete(keyOf(signal));
    const seq = known?.seq ?? null;
    if (seq !== null) await this.#place.taken(seq);
  }

  async send(signal: Signal): Promise<void> {
    await this.#place.send(signal);
  }
}

function keyOf({ source, id }: Signal): string {
  return JSON.stringify([source, id]);
}
