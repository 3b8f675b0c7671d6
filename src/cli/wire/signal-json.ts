import type { Signal } from "../../core/signals/signal.ts";
import { signalToCloudEvent } from "../../core/signals/signal-event.ts";
import { standingToJson } from "../../core/signals/stored-standing.ts";
import type { Json, JsonObject } from "../../core/std/json.ts";
import type { SignalState, SignalsReport } from "../../engine/signal-desk.ts";
import { isoInstant } from "../text/quantity.ts";

/** What `sluice signals --json` prints. */
interface SignalsJson {
  readonly at: string;
  /** What holds, by what it is about; each as pairs of a subject and what is said of it. */
  readonly standing: Json;
  readonly signals: readonly ReceivedJson[];
}

interface ReceivedJson {
  readonly signal: JsonObject;
  readonly receivedAt: string;
  readonly takenBy: string | null;
  readonly state: SignalState;
}

/** A signal as the CloudEvent that it is. */
export function signalJson(signal: Signal): JsonObject {
  return signalToCloudEvent(signal);
}

/** The JSON form of what was received. */
export function signalsJson({ at, standing, signals }: SignalsReport): SignalsJson {
  return {
    at: isoInstant(at),
    standing: standingToJson(standing),
    signals: signals.map(({ signal, receivedAt, takenBy, state }) => ({
      signal: signalJson(signal),
      receivedAt: isoInstant(receivedAt),
      takenBy,
      state,
    })),
  };
}
