import type { Variables } from "./condition.ts";
import { isRecord } from "./read-fact.ts";

/** Variables with other values for some facts, by path. What is not on a path is shared. */
export function substituteFacts(
  variables: Variables,
  facts: ReadonlyMap<string, unknown>,
): Variables {
  let changed = variables;
  for (const [path, value] of facts) changed = withFact(changed, path.split("."), value);
  return changed;
}

function withFact(
  object: Variables,
  keys: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const [first = "", ...rest] = keys;
  if (rest.length === 0) return { ...object, [first]: value };
  const child = object[first];
  return { ...object, [first]: withFact(isRecord(child) ? child : {}, rest, value) };
}

/** The value of a fact, or `null` when it is not known. */
export function factAt(variables: Variables, path: string): unknown {
  let value: unknown = variables;
  for (const key of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return null;
    value = value[key];
  }
  return value ?? null;
}
