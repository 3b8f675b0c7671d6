import type { JsonObject } from "../std/json.ts";
import { toJson } from "../std/to-json.ts";
import { eventTypePrefix } from "./parse-signal.ts";
import type { Signal } from "./signal.ts";
import { instantText } from "./signal-types.ts";

/** The signal as a CloudEvent 1.0 in JSON, from which `parseSignal` makes the same signal. */
export function signalToCloudEvent({ id, source, type, subject, at, data }: Signal): JsonObject {
  return {
    specversion: "1.0",
    id,
    source,
    type: `${eventTypePrefix}${type}`,
    subject,
    time: instantText(at),
    datacontenttype: "application/json",
    data: withInstants(data),
  };
}

/** Instants as people read them. */
function withInstants(data: Signal["data"]): JsonObject {
  const fields = Object.entries(data).map(([key, value]) => [
    key,
    key === "until" && typeof value === "number" ? instantText(value) : toJson(value),
  ]);
  return Object.fromEntries(fields);
}
