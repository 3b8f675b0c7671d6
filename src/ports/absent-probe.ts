import type { Presence, Profile } from "../core/metadata/profile.ts";
import type { Json } from "../core/std/json.ts";
import { sentence } from "../core/std/sentence.ts";
import type { OperatingError } from "../errors/operating-error.ts";
import type { Probe } from "./connector.ts";

/**
 * What is known of a source that is gone or could not be read: that, and why. Every fact about its
 * content is unknown.
 */
export function absentProbe(kind: Profile["kind"], failure: OperatingError, memo: Json): Probe {
  return {
    kind,
    presence: presenceOf(failure),
    fingerprint: null,
    rows: null,
    isExact: false,
    bytes: null,
    files: null,
    changedAt: null,
    schema: null,
    arriving: [],
    memo,
  };
}

function presenceOf({ code, message, hint }: OperatingError): Presence {
  const detail = hint === undefined ? message : `${sentence(message)} ${hint}`;
  return code === "SOURCE_MISSING"
    ? { state: "missing", detail }
    : { state: "unreachable", code, detail };
}
