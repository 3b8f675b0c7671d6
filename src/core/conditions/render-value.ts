import type { Json } from "../std/json.ts";
import { formatInstant, formatSpan } from "./calendar.ts";
import type { ConditionType } from "./condition-type.ts";
import { entriesOf } from "./equality.ts";
import { formatDouble } from "./number-overloads.ts";
import { isUndetermined } from "./run.ts";
import { Dynamic } from "./value.ts";

/** Elements and characters that are shown of one value; the rest is cut off with an ellipsis. */
const SHOWN_MAX = 100;

/**
 * A value as JSON for people and storage: instants and spans as text, integers beyond 2^53 and
 * what JSON has no number for as text, long lists and texts cut off.
 */
export function valueToJson(value: unknown, type: ConditionType): Json {
  if (value instanceof Dynamic) return valueToJson(value.value, value.type);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return numberToJson(value, type);
  if (typeof value === "string") {
    return value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value;
  }
  if (value instanceof Uint8Array) {
    return [...value.slice(0, SHOWN_MAX)]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
  }
  if (isUndetermined(value) || typeof value !== "object") return null;
  if (Array.isArray(value)) return listToJson(value, type);
  const entries = [...entriesOf(value)].slice(0, SHOWN_MAX).map(([key, held]) => {
    const fieldType = type.kind === "object" ? type.fields.get(String(key)) : null;
    const valueType = type.kind === "map" ? type.value : (fieldType ?? type);
    return [String(key), valueToJson(held, valueType)] as const;
  });
  return Object.fromEntries(entries);
}

function numberToJson(value: number | bigint, type: ConditionType): Json {
  if (type.kind === "timestamp") return formatInstant(value);
  if (type.kind === "duration") return formatSpan(value);
  if (typeof value === "bigint") return String(value);
  return Number.isFinite(value) ? value : formatDouble(value);
}

function listToJson(list: readonly unknown[], type: ConditionType): Json {
  const element = type.kind === "list" ? type.element : type;
  const shown = list.slice(0, SHOWN_MAX).map((item) => valueToJson(item, element));
  return list.length > SHOWN_MAX ? [...shown, "…"] : shown;
}
