import { type Hash, hashOf } from "../std/hash.ts";
import { renderDataType } from "./data-type.ts";
import type { ObservedColumn, ObservedSchema, SchemaVersion } from "./observed-schema.ts";
import { dataTypeOf } from "./parse-data-type.ts";

/** The version that a shape makes: its types as DuckDB writes them, and its identity. */
export function versionOf(observed: ObservedSchema): SchemaVersion {
  const columns = observed.columns.map(canonicalColumn);
  return { ...observed, columns, id: versionId({ ...observed, columns }) };
}

function canonicalColumn(column: ObservedColumn): ObservedColumn {
  const type = renderDataType(dataTypeOf(column.type));
  return type === column.type ? column : { ...column, type };
}

function versionId({ columns, key, evidence }: ObservedSchema): Hash {
  const isDeclared = evidence.kind === "declared";
  return hashOf({
    columns: columns.map(({ name, type, nullable, format }) => [
      name,
      type,
      isDeclared ? nullable : null,
      format === null ? null : [format.isZeroPadded, format.timestamps, format.decimalMark],
    ]),
    key,
  });
}

/** Whether a shape is, column by column, what the version says: nothing is to be looked at. */
export function isOfVersion(version: SchemaVersion, observed: ObservedSchema): boolean {
  const { columns, key, evidence } = observed;
  if (version.columns.length !== columns.length || version.key.length !== key.length) return false;
  if (version.evidence.kind !== evidence.kind) return false;
  const isDeclared = evidence.kind === "declared";
  return (
    columns.every((column, at) => isSameColumn(version.columns[at], column, isDeclared)) &&
    key.every((name, at) => name === version.key[at])
  );
}

function isSameColumn(
  known: ObservedColumn | undefined,
  seen: ObservedColumn,
  isDeclared: boolean,
): boolean {
  return (
    known !== undefined &&
    known.name === seen.name &&
    known.type === seen.type &&
    (!isDeclared || known.nullable === seen.nullable) &&
    isSameFormat(known, seen)
  );
}

function isSameFormat(
  { format: known }: ObservedColumn,
  { format: seen }: ObservedColumn,
): boolean {
  if (known === seen) return true;
  if (known === null || seen === null) return false;
  return (
    known.isZeroPadded === seen.isZeroPadded &&
    known.decimalMark === seen.decimalMark &&
    (known.timestamps === seen.timestamps ||
      (known.timestamps?.length === seen.timestamps?.length &&
        known.timestamps?.every((one, at) => one === seen.timestamps?.[at]) === true))
  );
}
