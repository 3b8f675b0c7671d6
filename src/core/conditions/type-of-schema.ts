import { z } from "zod";
import {
  boolType,
  bytesType,
  type ConditionType,
  doubleType,
  durationType,
  dynType,
  intType,
  joinTypes,
  listOf,
  mapOf,
  nullType,
  stringType,
  timestampType,
  uintType,
} from "./condition-type.ts";

/**
 * The static type of the values that a Zod schema describes. `z.int()` is an int, `z.number()` a
 * double, and a number with the meta `{ cel: "timestamp" }` or `{ cel: "duration" }` holds
 * milliseconds. Wrappers that allow absence (nullable, optional) vanish: any fact may be unknown.
 * What has no static type here is `dyn`.
 */
export function typeOfSchema(schema: unknown): ConditionType {
  if (schema instanceof z.ZodType) {
    const meta = schema.meta();
    if (meta?.["cel"] === "timestamp") return timestampType;
    if (meta?.["cel"] === "duration") return durationType;
    if (meta?.["cel"] === "bytes") return bytesType;
    if (meta?.["cel"] === "uint") return uintType;
  }
  return typeOfWrapper(schema) ?? typeOfScalar(schema) ?? typeOfAggregate(schema) ?? dynType;
}

function typeOfWrapper(schema: unknown): ConditionType | null {
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch
  ) {
    return typeOfSchema(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return typeOfSchema(schema.def.out);
  if (schema instanceof z.ZodLazy) return dynType;
  return null;
}

function typeOfScalar(schema: unknown): ConditionType | null {
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const values = schema instanceof z.ZodEnum ? schema.options : [...schema.def.values];
    return typeOfValues(values);
  }
  if (schema instanceof z.ZodBoolean) return boolType;
  if (schema instanceof z.ZodNumber) {
    const format = schema.format;
    const isInteger = format === "safeint" || format === "int32" || format === "uint32";
    return isInteger || schema.isInt ? intType : doubleType;
  }
  if (schema instanceof z.ZodBigInt) return intType;
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return stringType;
  if (schema instanceof z.ZodNull) return nullType;
  return null;
}

function typeOfValues(values: readonly unknown[]): ConditionType {
  const strings = values.filter((value) => typeof value === "string");
  if (strings.length === values.length) return { kind: "string", values: strings };
  if (values.every((value) => typeof value === "boolean")) return boolType;
  if (values.every((value) => Number.isSafeInteger(value))) return intType;
  return values.every((value) => typeof value === "number") ? doubleType : dynType;
}

function typeOfAggregate(schema: unknown): ConditionType | null {
  if (schema instanceof z.ZodArray) return listOf(typeOfSchema(schema.element));
  if (schema instanceof z.ZodRecord) {
    return mapOf(stringType, typeOfSchema(schema.def.valueType));
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(
      ([name, field]) => [name, typeOfSchema(field)] as const,
    );
    return { kind: "object", fields: new Map(fields) };
  }
  if (schema instanceof z.ZodUnion) {
    const types = schema.options
      .map(typeOfSchema)
      .filter((type: ConditionType) => type.kind !== "null");
    return types.length === 0 ? nullType : types.reduce(joinTypes);
  }
  return null;
}
