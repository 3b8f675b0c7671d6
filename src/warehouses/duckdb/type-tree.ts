import { quoteName } from "./quote-duckdb.ts";

/** A DuckDB type by its parts. `text` of a scalar is as the engine writes it. */
export type TypeTree =
  | { readonly kind: "scalar"; readonly text: string }
  /** A column, or an element, of which no value was ever seen. */
  | { readonly kind: "null" }
  | { readonly kind: "struct"; readonly fields: readonly TypeField[] }
  /** `size` of a fixed-length array, otherwise `null`. */
  | { readonly kind: "list"; readonly element: TypeTree; readonly size: number | null }
  | { readonly kind: "map"; readonly key: TypeTree; readonly value: TypeTree };

interface TypeField {
  readonly name: string;
  readonly type: TypeTree;
}

export const varchar: TypeTree = { kind: "scalar", text: "VARCHAR" };

const quotedOrWord = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\bNULL\b/gi;

/** The type of what has no type, `NULL`, as the engine wants it written, wherever it stands. */
export function withQuotedNull(type: string): string {
  return type.replaceAll(quotedOrWord, (part) => (/^null$/i.test(part) ? '"NULL"' : part));
}

/** Takes a type apart that the engine itself has written. What it cannot take apart is a scalar. */
export function parseTypeTree(text: string): TypeTree {
  const whole = text.trim();
  const list = /\[(\d*)\]$/.exec(whole);
  if (list !== null) {
    const element = parseTypeTree(whole.slice(0, list.index));
    return { kind: "list", element, size: list[1] ? Number(list[1]) : null };
  }
  if (/^("NULL"|NULL)$/i.test(whole)) return { kind: "null" };
  const nested = /^(STRUCT|MAP)\s*\((.*)\)$/is.exec(whole);
  if (nested === null) return { kind: "scalar", text: whole };
  const parts = splitTopLevel(nested[2] ?? "");
  if (nested[1]?.toUpperCase() === "MAP") {
    const [key, value, ...more] = parts;
    if (key === undefined || value === undefined || more.length > 0) {
      return { kind: "scalar", text: whole };
    }
    return { kind: "map", key: parseTypeTree(key), value: parseTypeTree(value) };
  }
  return { kind: "struct", fields: parts.map(parseField) };
}

function parseField(text: string): TypeField {
  const [, quoted, plain = "", rest = ""] =
    /^\s*(?:"((?:[^"]|"")*)"|([^\s"]+))\s+(.*)$/s.exec(text) ?? [];
  const name = quoted === undefined ? plain : quoted.replaceAll('""', '"');
  return { name, type: parseTypeTree(rest) };
}

/** Splits at commas that are in no parentheses and in no quotes. */
function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  if (text.trim() !== "") parts.push(text.slice(start));
  return parts;
}

/** A type for SQL. */
export function renderTypeTree(tree: TypeTree): string {
  switch (tree.kind) {
    case "scalar":
      return tree.text;
    case "null":
      return '"NULL"';
    case "list":
      return `${renderTypeTree(tree.element)}[${tree.size ?? ""}]`;
    case "map":
      return `MAP(${renderTypeTree(tree.key)}, ${renderTypeTree(tree.value)})`;
    case "struct": {
      const fields = tree.fields.map(
        ({ name, type }) => `${quoteName(name)} ${renderTypeTree(type)}`,
      );
      return `STRUCT(${fields.join(", ")})`;
    }
  }
}

/** Whether some part of it is the type of what was never seen. */
export function hasNull(tree: TypeTree): boolean {
  switch (tree.kind) {
    case "scalar":
      return false;
    case "null":
      return true;
    case "list":
      return hasNull(tree.element);
    case "map":
      return hasNull(tree.key) || hasNull(tree.value);
    case "struct":
      return tree.fields.some((field) => hasNull(field.type));
  }
}

/** The field of a struct by its name, as the engine finds it: without regard to case. */
export function fieldOf(fields: readonly TypeField[], name: string): TypeField | undefined {
  const wanted = name.toLowerCase();
  return fields.find((field) => field.name.toLowerCase() === wanted);
}

/** Gives parts that were never seen the type that `known` has there, and VARCHAR where it has none. */
export function fillNulls(tree: TypeTree, known: TypeTree | null): TypeTree {
  switch (tree.kind) {
    case "scalar":
      return tree;
    case "null":
      return known === null || known.kind === "null" ? varchar : fillNulls(known, null);
    case "list": {
      const element = known?.kind === "list" ? known.element : null;
      return { ...tree, element: fillNulls(tree.element, element) };
    }
    case "map": {
      const [key, value] = known?.kind === "map" ? [known.key, known.value] : [null, null];
      return { ...tree, key: fillNulls(tree.key, key), value: fillNulls(tree.value, value) };
    }
    case "struct": {
      const there = known?.kind === "struct" ? known.fields : [];
      const fields = tree.fields.map(({ name, type }) => ({
        name,
        type: fillNulls(type, fieldOf(there, name)?.type ?? null),
      }));
      return { ...tree, fields };
    }
  }
}
