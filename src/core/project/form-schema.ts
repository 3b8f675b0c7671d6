import { z } from "zod";
import type { DocumentPath } from "./positioned-document.ts";

/** A part of a JSON Schema, of which only what explanations need is looked at. */
export interface FormNode {
  readonly keys: readonly string[];
  readonly description: string | null;
  readonly example: string | null;
}

const written = new WeakMap<z.ZodType, unknown>();

/**
 * The JSON Schema of what people write for `schema`: draft 7, which editors read. A value that
 * only a program can give has no part in it.
 */
export function formJsonSchema(schema: z.ZodType): unknown {
  const known = written.get(schema);
  if (known !== undefined) return known;
  const made: unknown = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
  });
  written.set(schema, made);
  return made;
}

/** What a schema says about the place `path` of a form: all alternatives together. */
export function formNodeAt(schema: z.ZodType, path: DocumentPath): FormNode {
  const root = formJsonSchema(schema);
  let nodes = alternatives(root, root);
  for (const step of path) {
    nodes = nodes
      .flatMap((node) => stepsInto(node, step))
      .flatMap((node) => alternatives(root, node));
  }
  return {
    keys: [...new Set(nodes.flatMap((node) => Object.keys(Object(field(node, "properties")))))],
    description: firstText(nodes.map((node) => field(node, "description"))),
    example: firstText(nodes.map((node) => Object(field(node, "examples"))[0])),
  };
}

function field(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined;
}

function firstText(values: readonly unknown[]): string | null {
  return values.find((value) => typeof value === "string") ?? null;
}

/** A node with all that it may be instead. A reference is followed once: forms are not recursive. */
function alternatives(root: unknown, node: unknown): readonly unknown[] {
  const reference = field(node, "$ref");
  if (typeof reference === "string") {
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    return [field(field(root, "definitions"), name)];
  }
  const choices = ["anyOf", "oneOf", "allOf"].flatMap((name) => {
    const list = field(node, name);
    return Array.isArray(list) ? list.flatMap((choice) => alternatives(root, choice)) : [];
  });
  return [node, ...choices];
}

function stepsInto(node: unknown, step: string | number): readonly unknown[] {
  const properties = field(node, "properties");
  const known = Object.hasOwn(Object(properties), step) ? [field(properties, String(step))] : [];
  const rest =
    typeof step === "number" ? field(node, "items") : field(node, "additionalProperties");
  return [...known, rest].filter((part) => typeof part === "object" && part !== null);
}
