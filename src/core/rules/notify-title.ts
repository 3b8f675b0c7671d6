import { z } from "zod";
import type { ConditionScope, Variables } from "../conditions/condition.ts";

/** A place in a title that a fact fills. */
export interface TitlePath {
  readonly path: string;
  /** Offsets into the title, with the dollar and braces; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The facts that a title asks for, in its order. */
export function titlePaths(title: string): readonly TitlePath[] {
  return [...title.matchAll(/\$\{([^{}]*)\}/g)].map((match) => ({
    path: (match[1] ?? "").trim(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Puts facts in their places; one that is not known is shown as `unknown`. */
export function fillTitle(title: string, variables: Variables): string {
  return title.replace(/\$\{([^{}]*)\}/g, (_, path: string) =>
    factText(valueAt(variables, path.trim())),
  );
}

function valueAt(variables: Variables, path: string): unknown {
  let value: unknown = variables;
  for (const field of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return null;
    value = Reflect.get(value, field);
  }
  return value;
}

function factText(value: unknown): string {
  if (value === null || value === undefined) return "unknown";
  if (Array.isArray(value)) return value.map(factText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Every path that a title of a rule may name. */
export function knownPaths(scope: ConditionScope): readonly string[] {
  return Object.entries(scope.variables).flatMap(([name, schema]) => pathsBelow(name, schema));
}

function pathsBelow(path: string, schema: unknown): readonly string[] {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return pathsBelow(path, schema.unwrap());
  }
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries(schema.shape).flatMap(([name, field]) =>
    pathsBelow(`${path}.${name}`, field),
  );
}
