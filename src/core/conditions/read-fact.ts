import type { Frame } from "./budget.ts";
import { type ConditionNode, factPath, isInRecord } from "./condition-node.ts";
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
import { Dynamic, type Undetermined, unknownFact } from "./value.ts";

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * Compiles the reading of a fact. Short paths, which are nearly all, are read without a loop; a
 * fact that is absent or null on any level is `unknown`, a value made once. `isOwnOnly` keeps what
 * every object inherits from passing for a fact: for names that the data chooses.
 */
export function compilePath(keys: readonly string[], unknown: unknown, isOwnOnly: boolean): Run {
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

/** A fact of two or three names, which a comparison reads itself instead of calling for it. */
export interface FusedFact {
  readonly first: string;
  readonly second: string;
  readonly third: string | null;
  readonly unknown: Undetermined;
}

/** How a node is read without a call of its own; `null` when it is not such a fact. */
export function fuseFact(node: ConditionNode): FusedFact | null {
  const path = factPath(node);
  if (path === null || isInRecord(node) || holdsDynamic(node.type)) return null;
  const [first, second, third, ...rest] = path.split(".");
  if (first === undefined || second === undefined || rest.length > 0) return null;
  return { first, second, third: third ?? null, unknown: unknownFact(path) };
}

/** Reads a fused fact. Small, so that it becomes part of its caller. */
export function readFused(frame: Frame, fact: FusedFact): unknown {
  const object = frame.variables[fact.first];
  if (!isRecord(object)) return fact.unknown;
  const inner = object[fact.second];
  if (fact.third === null) return inner ?? fact.unknown;
  return isRecord(inner) ? (inner[fact.third] ?? fact.unknown) : fact.unknown;
}

function compileOwnPath(keys: readonly string[], unknown: unknown): Run {
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
