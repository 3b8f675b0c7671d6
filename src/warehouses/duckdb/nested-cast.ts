import { literal, quoteName } from "./quote-duckdb.ts";
import { fieldOf, renderTypeTree, type TypeTree } from "./type-tree.ts";

/** How a value of one type becomes one of another; `isStrict` ends the statement where it does not fit. */
export interface NestedCast {
  readonly from: TypeTree;
  readonly to: TypeTree;
  readonly isStrict: boolean;
}

/**
 * The SQL of a value as another type. Structs are matched by the names of their fields: fields that
 * are not there become NULL. What has parts becomes JSON where the other type has none.
 */
export function castValue(value: string, { from, to, isStrict }: NestedCast, depth = 0): string {
  const target = renderTypeTree(to);
  const cast = (text: string) => `${isStrict ? "CAST" : "TRY_CAST"}(${text} AS ${target})`;
  if (renderTypeTree(from) === target) return value;
  const inner = (text: string, one: TypeTree, other: TypeTree) =>
    castValue(text, { from: one, to: other, isStrict }, depth + 1);
  if (from.kind === "list" && to.kind === "list") {
    const items =
      from.size === null ? value : `CAST(${value} AS ${renderTypeTree(from.element)}[])`;
    const item = `_e${depth}`;
    const list = `list_transform(${items}, lambda ${item}: ${inner(item, from.element, to.element)})`;
    return to.size === null ? list : cast(list);
  }
  if (from.kind === "map" && to.kind === "map") {
    const entry = `_e${depth}`;
    const key = inner(`${entry}.key`, from.key, to.key);
    const item = inner(`${entry}.value`, from.value, to.value);
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${entry}: {'key': ${key}, 'value': ${item}}))`;
  }
  if (from.kind === "struct" && to.kind === "struct") {
    const fields = to.fields.map(({ name, type }) => {
      const there = fieldOf(from.fields, name);
      const field =
        there === undefined
          ? `CAST(NULL AS ${renderTypeTree(type)})`
          : inner(fieldValue(value, there.name), there.type, type);
      return `${quoteName(name)} := ${field}`;
    });
    return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${fields.join(", ")}) END`;
  }
  const hasParts = from.kind !== "scalar" && from.kind !== "null";
  if (hasParts && to.kind === "scalar") {
    return target === "JSON" ? `to_json(${value})` : `CAST(to_json(${value}) AS ${target})`;
  }
  return cast(value);
}

function fieldValue(value: string, name: string): string {
  return `struct_extract(${value}, ${literal(name)})`;
}

/** The SQL condition of values that another type would change or cannot hold. */
export function losesValue(value: string, from: TypeTree, to: TypeTree): string {
  const there = castValue(value, { from, to, isStrict: false });
  const back = castValue(`(${there})`, { from: to, to: from, isStrict: false });
  return `(${back}) IS DISTINCT FROM ${value}`;
}

/**
 * The SQL condition of values that say anything in those text parts which in another type are no
 * text: parts that were made texts because nothing was known of them. `null` when it has no such part.
 */
export function saysTextFor(
  value: string,
  has: TypeTree,
  arriving: TypeTree,
  depth = 0,
): string | null {
  if (arriving.kind === "null") return null;
  if (has.kind === "scalar") {
    const isText = has.text === "VARCHAR";
    const isSame = arriving.kind === "scalar" && arriving.text === "VARCHAR";
    return isText && !isSame ? `${value} IS NOT NULL` : null;
  }
  if (has.kind === "list" && arriving.kind === "list") {
    const item = `_e${depth}`;
    const inner = saysTextFor(item, has.element, arriving.element, depth + 1);
    if (inner === null) return null;
    return `coalesce(len(list_filter(${value}, lambda ${item}: ${inner})) > 0, false)`;
  }
  if (has.kind === "struct" && arriving.kind === "struct") {
    const conditions = has.fields.flatMap(({ name, type }) => {
      const other = fieldOf(arriving.fields, name);
      const found =
        other === undefined
          ? null
          : saysTextFor(fieldValue(value, name), type, other.type, depth + 1);
      return found === null ? [] : [found];
    });
    return conditions.length === 0 ? null : `(${conditions.join(" OR ")})`;
  }
  return null;
}

/** The type with those parts as they arrive that were made texts because nothing was known of them. */
export function refineTexts(has: TypeTree, arriving: TypeTree): TypeTree {
  if (arriving.kind === "null") return has;
  if (has.kind === "scalar") return has.text === "VARCHAR" ? arriving : has;
  if (has.kind === "list" && arriving.kind === "list") {
    return { ...has, element: refineTexts(has.element, arriving.element) };
  }
  if (has.kind === "struct" && arriving.kind === "struct") {
    const fields = has.fields.map(({ name, type }) => {
      const other = fieldOf(arriving.fields, name);
      return { name, type: other === undefined ? type : refineTexts(type, other.type) };
    });
    return { kind: "struct", fields };
  }
  return has;
}
