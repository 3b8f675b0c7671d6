import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";

/** A signal as it comes in: a CloudEvent, which (source, id) identifies. */
export interface SentSignal {
  readonly source: string;
  readonly id: string;
  /** The event as JSON; at most `signalBytesMax` of it. */
  readonly event: Json;
}

/** A signal that was received, in the order of arrival. */
export interface StoredSignal extends SentSignal {
  /** Counts up in the order of arrival, with gaps. */
  readonly seq: number;
  readonly receivedAt: EpochMs;
  /** The run or cycle whose decision has it; `null` while none has. */
  readonly takenBy: string | null;
}

/** Bytes of one event's JSON. */
export const signalBytesMax = 65_536;

/** Signals that may wait for a run at once. */
export const signalsPendingMax = 10_000;

/**
 * Where signals are left for the run that goes on, or for the next one. Any process may leave some
 * at any time, also while another holds the right to write the catalog.
 */
export interface SignalInbox extends AsyncDisposable {
  /**
   * Stores signals, all or none; they are durable when the promise is fulfilled. One whose
   * (source, id) is known already is the same one, and is not stored again.
   * @returns for each whether it is new
   * @throws SIGNAL_INVALID for one that is too large, INBOX_FULL
   */
  send(signals: readonly SentSignal[], at: EpochMs): Promise<readonly boolean[]>;
}
