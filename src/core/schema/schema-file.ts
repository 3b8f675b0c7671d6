import { closestName } from "../std/closest-name.ts";
import type { DataType } from "./data-type.ts";
import { parseDataType } from "./parse-data-type.ts";
import type { Column, TableSchema } from "./table-schema.ts";
import { isKnownTypeName, typeNames } from "./type-names.ts";

/** One thing that is wrong with a schema given as JSON. */
export interface SchemaFileProblem {
  /** Where, as `columns[2].type`; empty for the value as a whole. */
  readonly path: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** A schema, or all that is wrong with what was given as one. */
export type ParsedSchemaFile =
  | { readonly ok: true; readonly schema: TableSchema }
  | { readonly ok: false; readonly problems: readonly SchemaFileProblem[] };

/** A column as it is written: nullable unless it says otherwise. */
interface ParsedColumn extends Column {
  readonly isKey: boolean;
}

const columnsMax = 20_000;
const problemsMax = 100;
const example = '{ "columns": [{ "name": "id", "type": "BIGINT" }] }';
const columnKeys = ["name", "type", "nullable", "key"];

/**
 * Reads `{ columns: [{ name, type, nullable?, key? }] }` with DuckDB's type names. A column is
 * nullable unless it says `"nullable": false`.
 */
export function parseSchemaFile(value: unknown): ParsedSchemaFile {
  if (!isRecord(value)) {
    return refuse({ path: "", message: "This is no schema.", fix: `Write ${example}.` });
  }
  const problems: SchemaFileProblem[] = unknownKeys(value, ["columns"], "");
  const columns = parseColumns(value["columns"], "columns", problems);
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, problemsMax) };
  return {
    ok: true,
    schema: {
      columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
      key: columns.filter(({ isKey }) => isKey).map(({ name }) => name),
    },
  };
}

function refuse(problem: SchemaFileProblem): ParsedSchemaFile {
  return { ok: false, problems: [problem] };
}

/**
 * Reads a list of columns at `path`, and adds what is wrong with it to `problems`.
 * @returns the columns that are right
 */
function parseColumns(
  value: unknown,
  path: string,
  problems: SchemaFileProblem[],
): readonly ParsedColumn[] {
  if (!Array.isArray(value)) {
    problems.push({ path, message: "The list of columns is missing.", fix: `Write ${example}.` });
    return [];
  }
  if (value.length > columnsMax) {
    const message = `There are ${value.length} columns, more than ${columnsMax}.`;
    problems.push({ path, message, fix: "Compare fewer columns at once." });
    return [];
  }
  const places = new Map<string, number>();
  return value.flatMap((item: unknown, at): readonly ParsedColumn[] => {
    const column = parseColumn(item, `${path}[${at}]`, problems);
    if (column === null) return [];
    const first = places.get(column.name.toLowerCase());
    if (first !== undefined) {
      problems.push({
        path: `${path}[${at}].name`,
        message: `\`${column.name}\` is at ${path}[${first}] already; names compare without case.`,
        fix: "Give each column a name of its own.",
      });
    }
    places.set(column.name.toLowerCase(), at);
    return [column];
  });
}

function parseColumn(
  value: unknown,
  path: string,
  problems: SchemaFileProblem[],
): ParsedColumn | null {
  if (!isRecord(value)) {
    const fix = 'Write { "name": "id", "type": "BIGINT" }.';
    problems.push({ path, message: "This is no column.", fix });
    return null;
  }
  problems.push(...unknownKeys(value, columnKeys, path));
  const { name, type } = value;
  if (typeof name !== "string" || name === "") {
    const fix = 'Write its name as text, such as "name": "id".';
    problems.push({ path: `${path}.name`, message: "The column has no name.", fix });
  }
  const problem = typeProblem(type, `${path}.type`);
  if (problem !== null) problems.push(problem);
  const nullable = parseFlag(value["nullable"], `${path}.nullable`, problems) ?? true;
  const isKey = parseFlag(value["key"], `${path}.key`, problems) ?? false;
  if (typeof name !== "string" || name === "" || typeof type !== "string") return null;
  return { name, type, nullable, isKey };
}

function parseFlag(value: unknown, path: string, problems: SchemaFileProblem[]): boolean | null {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value;
  problems.push({ path, message: "This is neither true nor false.", fix: "Write true or false." });
  return null;
}

function typeProblem(type: unknown, path: string): SchemaFileProblem | null {
  if (typeof type !== "string" || type.trim() === "") {
    const fix = 'Write a type of DuckDB as text, such as "type": "BIGINT".';
    return { path, message: "The column has no type.", fix };
  }
  const parsed = parseDataType(type);
  if (!parsed.ok) {
    const message = `\`${shown(type)}\` is no type of DuckDB: ${parsed.message}, at ${parsed.at}.`;
    const fix = "Write it as DuckDB does, such as `DECIMAL(18,2)` or `STRUCT(city VARCHAR)[]`.";
    return { path, message, fix };
  }
  const name = unknownNameIn(parsed.type);
  if (name === null) return null;
  const close = closestName(name.toUpperCase(), typeNames());
  return {
    path,
    message: `DuckDB has no type \`${shown(name)}\`.`,
    fix: close === null ? "Write one of DuckDB's own types." : `Did you mean \`${close}\`?`,
  };
}

function unknownNameIn(type: DataType): string | null {
  if (type.kind === "named") return isKnownTypeName(type.name) ? null : type.name;
  for (const part of partsOf(type)) {
    const name = unknownNameIn(part);
    if (name !== null) return name;
  }
  return null;
}

function partsOf(type: DataType): readonly DataType[] {
  if (type.kind === "list") return [type.item];
  if (type.kind === "map") return [type.key, type.value];
  return type.kind === "struct" || type.kind === "union" ? type.fields.map((one) => one.type) : [];
}

function unknownKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
): SchemaFileProblem[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const close = closestName(key, known);
      const names = known.map((name) => `\`${name}\``).join(", ");
      return {
        path: path === "" ? key : `${path}.${key}`,
        message: `\`${shown(key)}\` is not known here.`,
        fix: close === null ? `Known here: ${names}.` : `Did you mean \`${close}\`?`,
      };
    });
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
