import { z } from "zod";
import { makeFrame } from "../../src/core/conditions/budget.ts";
import { instantOfNanos, spanOfNanos } from "../../src/core/conditions/calendar.ts";
import {
  boolType,
  bytesType,
  type ConditionType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  nullType,
  stringType,
  timestampType,
  uintType,
} from "../../src/core/conditions/condition-type.ts";
import { areEqual, mapKey, reveal, type Typed } from "../../src/core/conditions/equality.ts";
import { fitInteger } from "../../src/core/conditions/int64.ts";
import { Dynamic } from "../../src/core/conditions/value.ts";
import { bytesOf, messageOf, messagesOf, scalarOf, type TextMessage, textOf } from "./textproto.ts";

/** What a test expects or binds, as a typed value; `null` when the language has no such value. */
export function readExpected(value: TextMessage): Typed | null {
  const [field] = value.fields.keys();
  const scalar = field === undefined ? null : scalarOf(value, field);
  if (field === undefined) return null;
  if (field === "list_value" || field === "map_value") return readAggregate(value, field);
  if (field === "object_value") return readObject(messageOf(value, field));
  if (scalar === null) return null;
  switch (field) {
    case "null_value":
      return { type: nullType, value: null };
    case "bool_value":
      return { type: boolType, value: scalar === "true" };
    case "int64_value":
      return { type: intType, value: fitInteger(BigInt(negate(scalar)), "int") };
    case "uint64_value":
      return { type: uintType, value: fitInteger(BigInt(scalar.replace(/u$/, "")), "uint") };
    case "double_value":
      return { type: doubleType, value: readDouble(scalar) };
    case "string_value":
      return { type: stringType, value: textOf(scalar) };
    case "bytes_value":
      return { type: bytesType, value: bytesOf(scalar) };
    default:
      return null;
  }
}

function negate(scalar: string): bigint {
  return scalar.startsWith("-") ? -BigInt(scalar.slice(1)) : BigInt(scalar);
}

function readDouble(scalar: string): number {
  if (/^-?inf(inity)?$/i.test(scalar)) return scalar.startsWith("-") ? -Infinity : Infinity;
  return Number(scalar.replace(/f$/, ""));
}

function readAggregate(value: TextMessage, field: string): Typed | null {
  const body = messageOf(value, field);
  if (body === null) return null;
  if (field === "list_value") {
    const items = messagesOf(body, "values").map(readDynamic);
    return items.includes(null) ? null : { type: listOf(dynType), value: items };
  }
  const map = new Map<unknown, unknown>();
  for (const entry of messagesOf(body, "entries")) {
    const key = messageOf(entry, "key");
    const held = messageOf(entry, "value");
    const item = held === null ? null : readDynamic(held);
    if (key === null || item === null) return null;
    map.set(mapKey(readDynamic(key)), item);
  }
  return { type: mapOf(dynType, dynType), value: map };
}

function readDynamic(value: TextMessage): Dynamic | null {
  const typed = readExpected(value);
  return typed === null ? null : new Dynamic(typed.type, typed.value);
}

function readObject(object: TextMessage | null): Typed | null {
  if (object === null) return null;
  const [name] = object.fields.keys();
  const body = name === undefined ? null : messageOf(object, name);
  if (body === null) return null;
  const seconds = BigInt(scalarOf(body, "seconds") ?? "0");
  const nanos = seconds * 1_000_000_000n + BigInt(scalarOf(body, "nanos") ?? "0");
  if (name === "[type.googleapis.com/google.protobuf.Timestamp]") {
    return { type: timestampType, value: instantOfNanos(nanos) };
  }
  if (name === "[type.googleapis.com/google.protobuf.Duration]") {
    return { type: durationType, value: spanOfNanos(nanos) };
  }
  return null;
}

/** A schema whose static type is that of a bound value; what has no schema is bound as dynamic. */
export function schemaOf(type: ConditionType): z.ZodType {
  switch (type.kind) {
    case "bool":
      return z.boolean();
    case "int":
      return z.int();
    case "double":
      return z.number();
    case "string":
      return z.string();
    case "uint":
    case "timestamp":
    case "duration":
    case "bytes":
      return z.unknown().meta({ cel: type.kind });
    case "null":
    case "dyn":
    case "list":
    case "map":
    case "object":
      return z.unknown();
  }
}

/** Whether a result is what was expected, in type as well as in value. NaN is what it is. */
export function isExpected(result: Typed, expected: Typed): boolean {
  const a = reveal(result.type, result.value);
  const b = reveal(expected.type, expected.value);
  if (a.type.kind !== b.type.kind) return false;
  if (typeof a.value === "number" && typeof b.value === "number")
    return Object.is(a.value, b.value);
  const frame = makeFrame();
  frame.stepsLeft = 1_000_000;
  return areEqual(frame, a, b);
}
