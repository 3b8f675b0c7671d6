import type { JsonObject } from "../core/std/json.ts";

/** Resolves references such as `${env:PG_PASSWORD}`, and hides every value that it ever gave out. */
export interface Secrets {
  /**
   * A copy of `options` with every reference in its strings replaced by its value.
   * @throws SECRET_MISSING naming the reference, never a value.
   */
  resolve(options: JsonObject): JsonObject;
  /** `text` with every value that was given out, in its plain and usual encoded forms, replaced. */
  redact(text: string): string;
}
