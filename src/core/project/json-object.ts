import { assert } from "../std/assert.ts";
import type { Json, JsonObject } from "../std/json.ts";

/** What a schema gave, as JSON: its fields that are `undefined` are left out. */
export function toJsonObject(value: unknown): JsonObject {
  const json = toJson(value);
  assert(isMapping(json), "a form's value is a mapping");
  return json;
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.map(toJson);
  assert(typeof value === "object", "a connector's schemas give JSON");
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, toJson(field)]));
}

/** Whether a value is a mapping: neither a list, nor a scalar, nor nothing. */
export function isMapping(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
