import {
  boolType,
  bytesType,
  type ConditionType,
  doubleType,
  dynType,
  intType,
  listOf,
  mapOf,
  stringType,
} from "./condition-type.ts";
import type { Run } from "./run.ts";
import { Dynamic, type Undetermined } from "./value.ts";

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * Compiles the reading of a fact. Short paths, which are nearly all, are read without a loop; a
 * fact that is absent or null on any level is `unknown`, a value made once.
 */
export function compilePath(
  keys: readonly string[],
  unknown: Undetermined,
  isOwnOnly: boolean,
): Run {
  if (isOwnOnly) return compileOwnPath(keys, unknown);
  const [first, second, third] = keys;
  if (first === undefined) return () => unknown;
  if (second === undefined) return (frame) => frame.variables[first] ?? unknown;
  if (third === undefined) {
    return (frame) => {
      const object = frame.variables[first];
      return isRecord(object) ? (object[second] ?? unknown) : unknown;
    };
  }
  if (keys.length === 3) {
    return (frame) => {
      const object = frame.variables[first];
      if (!isRecord(object)) return unknown;
      const inner = object[second];
      return isRecord(inner) ? (inner[third] ?? unknown) : unknown;
    };
  }
  return (frame) => {
    let value: unknown = frame.variables;
    for (const key of keys) {
      if (!isRecord(value)) return unknown;
      value = value[key];
    }
    return value ?? unknown;
  };
}

function compileOwnPath(keys: readonly string[], unknown: Undetermined): Run {
  return (frame) => {
    let value: unknown = frame.variables;
    for (const key of keys) {
      if (!isRecord(value) || !Object.hasOwn(value, key)) return unknown;
      value = value[key];
    }
    return value ?? unknown;
  };
}

/** Whether values of a type hold something dynamic, which facts carry as bare JSON. */
export function holdsDynamic(type: ConditionType): boolean {
  if (type.kind === "list") return holdsDynamic(type.element);
  if (type.kind === "map") return holdsDynamic(type.value);
  return type.kind === "dyn";
}

/** Gives a fact's bare JSON the form that its static type asks for, where that is dynamic. */
export function admitFact(type: ConditionType, value: unknown): unknown {
  if (type.kind === "dyn") return admitJson(value);
  if (type.kind === "list" && Array.isArray(value)) {
    return value.map((item: unknown) => admitFact(type.element, item));
  }
  if (type.kind === "map" && isRecord(value)) {
    return new Map(Object.entries(value).map(([key, held]) => [key, admitFact(type.value, held)]));
  }
  return value;
}

/** A number of unknown type is a double, as in JSON. `null` stays what it is: not known. */
function admitJson(value: unknown): unknown {
  if (value === null || value === undefined || value instanceof Dynamic) return value;
  if (typeof value === "boolean") return new Dynamic(boolType, value);
  if (typeof value === "number") return new Dynamic(doubleType, value);
  if (typeof value === "bigint") return new Dynamic(intType, value);
  if (typeof value === "string") return new Dynamic(stringType, value);
  if (value instanceof Uint8Array) return new Dynamic(bytesType, value);
  if (Array.isArray(value)) return new Dynamic(listOf(dynType), value.map(admitJson));
  if (!isRecord(value)) return null;
  const entries = Object.entries(value).map(([key, held]) => [key, admitJson(held)] as const);
  return new Dynamic(mapOf(stringType, dynType), new Map(entries));
}
