import { parseSignal } from "../core/signals/parse-signal.ts";
import type { Signal } from "../core/signals/signal.ts";
import { signalToCloudEvent } from "../core/signals/signal-event.ts";
import type { Catalog, CatalogStore } from "../ports/catalog.ts";
import type { Clock } from "../ports/clock.ts";
import type { StoredSignal } from "../ports/signal-inbox.ts";

/** Signals that reach a run while it goes on. */
export interface SignalFeed {
  /**
   * Calls `hear` with what has arrived since the run's decision, and then with what arrives, in that
   * order. One that the run was told before may come again.
   * @param fail called once when no more can be heard, with the reason.
   * @returns what ends it; fulfilled when `hear` will not be called any more.
   */
  listen(hear: (signal: Signal) => void, fail: (error: unknown) => void): () => Promise<void>;
  /** The run has written down that it received it: it is its own, and no other run's. */
  taken(signal: Signal): Promise<void>;
  /** Sends what the run itself has to say; it comes back like any other. */
  send(signal: Signal): Promise<void>;
}

/** How often the inbox is looked at. */
const lookEveryMs = 250;

/** The signals that are left in a project's inbox while one run has the project to itself. */
export function inboxFeed(
  { catalog, catalogs, path }: InboxPlace,
  run: string,
  clock: Clock,
): SignalFeed {
  const places = new Map<string, number>();
  return {
    listen: (hear, fail) => new InboxListener({ catalog, clock, hear, fail, places }).stop,
    taken: async ({ source, id }) => {
      const seq = places.get(keyOf(source, id));
      if (seq !== undefined) await catalog.takeSignals([seq], run, clock.now());
    },
    send: async (signal) => {
      await using inbox = await catalogs.openInbox(path);
      const event = signalToCloudEvent(signal);
      const { source, id } = signal;
      await inbox.send([{ source, id, event }], clock.now());
    },
  };
}

interface InboxPlace {
  readonly catalog: Pick<Catalog, "changes" | "signals" | "takeSignals">;
  readonly catalogs: Pick<CatalogStore, "openInbox">;
  /** Of the catalog. */
  readonly path: string;
}

interface Listening {
  readonly catalog: InboxPlace["catalog"];
  readonly clock: Clock;
  readonly hear: (signal: Signal) => void;
  readonly fail: (error: unknown) => void;
  /** Where each signal is in the inbox. */
  readonly places: Map<string, number>;
}

/** Looks at an inbox again and again. */
class InboxListener {
  readonly #with: Listening;
  #changes: number | null = null;
  #lastSeq = 0;
  #clear: () => void = () => {};
  #hasStopped = false;
  #look: Promise<void>;

  constructor(listening: Listening) {
    this.#with = listening;
    this.#look = this.#lookOnce().catch(listening.fail);
  }

  readonly stop = async (): Promise<void> => {
    this.#hasStopped = true;
    this.#clear();
    await this.#look;
  };

  async #lookOnce(): Promise<void> {
    const { catalog, clock, fail } = this.#with;
    const changes = await catalog.changes();
    if (changes !== this.#changes) {
      this.#changes = changes;
      const stored = await catalog.signals({ after: this.#lastSeq, isPending: true });
      for (const one of stored) this.#tell(one);
    }
    if (this.#hasStopped) return;
    this.#clear = clock.setTimer(lookEveryMs, () => {
      this.#look = this.#lookOnce().catch(fail);
    });
  }

  #tell({ seq, event, receivedAt }: StoredSignal): void {
    this.#lastSeq = seq;
    if (this.#hasStopped) return;
    const parsed = parseSignal(event, receivedAt);
    // What another version stored and this one does not understand is for a later version.
    if (!parsed.ok) return;
    const { signal } = parsed;
    this.#with.places.set(keyOf(signal.source, signal.id), seq);
    this.#with.hear(signal);
  }
}

function keyOf(source: string, id: string): string {
  return JSON.stringify([source, id]);
}
