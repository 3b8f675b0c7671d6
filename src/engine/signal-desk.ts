import type { Signal, SignalType } from "../core/signals/signal.ts";
import type { Standing } from "../core/signals/standing.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";

/** A signal to be sent. */
export interface SignalRequest {
  readonly type: SignalType;
  /** A source, model, connection or resource, as the type says. */
  readonly subject: string;
  /** What the type carries; instants as text (RFC 3339) or in milliseconds. */
  readonly data?: Json;
  /** Who sends it; by default `/sluice`. */
  readonly source?: string;
  /** The sender's own name for it: sent again, it is the same signal. By default a new one. */
  readonly id?: string;
}

/** What became of a signal that was sent. */
export interface SentReport {
  readonly signal: Signal;
  /** False when it had been received before. */
  readonly isNew: boolean;
}

/**
 * What a received signal is to the next decision: nobody has taken it yet; what it says holds; its
 * time is over; or another one or its run has done with it.
 */
export type SignalState = "pending" | "holds" | "expired" | "done";

/** A received signal. */
export interface ReceivedSignal {
  readonly signal: Signal;
  readonly receivedAt: EpochMs;
  /** The run whose decision has it. */
  readonly takenBy: string | null;
  readonly state: SignalState;
}

/** What was received, and what of it holds. */
export interface SignalsReport {
  readonly at: EpochMs;
  /** The next decision would be made with this. */
  readonly standing: Standing;
  /** The newest first; all that are pending or hold, and as many others as were asked for. */
  readonly signals: readonly ReceivedSignal[];
}

/** The part of a project that takes signals in, at any time and beside any run. */
export interface SignalDesk {
  /**
   * Leaves a signal for the run that goes on, or for the next one. It is durable on return.
   * @throws SIGNAL_INVALID, INBOX_FULL, NOT_FOUND for a subject that is not known
   */
  sendSignal(request: SignalRequest): Promise<SentReport>;
  /** What holds now, and what was received. */
  signals(options?: { readonly limit?: number; readonly now?: EpochMs }): Promise<SignalsReport>;
}
