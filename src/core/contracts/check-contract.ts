import { compareTypes, numberRangeOf } from "../schema/compare-types.ts";
import type { DataType } from "../schema/data-type.ts";
import type { ObservedColumn, ObservedSchema } from "../schema/observed-schema.ts";
import { dataTypeOf } from "../schema/parse-data-type.ts";
import type { Contract, ContractColumn, ContractFindings, ContractViolation } from "./contract.ts";

/**
 * Compares what a source looks like with what its contract promises. Further columns are allowed,
 * and names compare without case. A type keeps the promise when each of its values has an exact
 * like in the promised type; "no evidence" breaks nothing.
 */
export function checkContract(contract: Contract, observed: ObservedSchema): ContractFindings {
  const seen = new Map(observed.columns.map((column) => [column.name.toLowerCase(), column]));
  const violations = contract.columns.flatMap((promised): readonly ContractViolation[] => {
    const column = seen.get(promised.name.toLowerCase());
    // A key that is absent from JSON reads as NULL, which an optional column may be.
    const mayBeAbsent = promised.nullable && isFromJson(observed);
    if (column === undefined) return mayBeAbsent ? [] : [missing(promised)];
    return [...typeViolation(promised, column, observed), ...nullViolation(promised, column)];
  });
  const all = [...violations, ...keyViolation(contract, observed)];
  return { holds: all.length === 0, violations: all };
}

function isFromJson({ evidence }: ObservedSchema): boolean {
  return evidence.kind === "inferred" && evidence.from === "json";
}

function missing({ name }: ContractColumn): ContractViolation {
  const detail = `\`${name}\` is promised, and is not there.`;
  return { kind: "missing", column: name, detail };
}

function typeViolation(
  promised: ContractColumn,
  column: ObservedColumn,
  { evidence }: ObservedSchema,
): readonly ContractViolation[] {
  const wanted = dataTypeOf(promised.type);
  const given = dataTypeOf(column.type);
  const keeps = promised.isExact ? fits(given, wanted) : isOfFamily(given, wanted);
  if (keeps) return [];
  // Text that looks like numbers or dates is still text: it is written so in the file.
  const isCsv = evidence.kind === "inferred" && evidence.from === "csv";
  if (isCsv && wanted.kind === "text" && isReadFromText(given)) return [];
  const detail = `\`${promised.name}\` is promised as ${promised.type}, and is ${column.type}.`;
  return [{ kind: "type", column: promised.name, detail }];
}

function isReadFromText({ kind }: DataType): boolean {
  return kind === "scalar" || kind === "decimal";
}

function fits(given: DataType, wanted: DataType): boolean {
  const comparison = compareTypes(given, wanted);
  return comparison.kind === "same" || (comparison.kind === "widened" && !comparison.isLossy);
}

/** Whether a type is one of those that the other stands for. */
function isOfFamily(given: DataType, family: DataType): boolean {
  if (given.kind === "unknown" || family.kind === "unknown" || fits(given, family)) return true;
  if (given.kind === "list" && family.kind === "list") return isOfFamily(given.item, family.item);
  if (given.kind === "struct" && family.kind === "struct") {
    const fields = new Map(given.fields.map(({ name, type }) => [name.toLowerCase(), type]));
    return family.fields.every(({ name, type }) => {
      const field = fields.get(name.toLowerCase());
      return field === undefined || isOfFamily(field, type);
    });
  }
  if (family.kind === "text") return given.kind === "text" || given.kind === "enum";
  if (family.kind !== "scalar") return false;
  return families[family.name]?.(given) ?? false;
}

/** What belongs to the family that a type stands for, beside the type itself. */
const families: Readonly<Record<string, (given: DataType) => boolean>> = {
  BIGINT: isWhole,
  DOUBLE: (given) => numberRangeOf(given) !== null,
  JSON: ({ kind }) => kind === "struct" || kind === "map",
  TIMESTAMP: (given) => given.kind === "scalar" && isInstant(given.name),
  TIME: (given) => given.kind === "scalar" && /^TIME(?!STAMP)/.test(given.name),
};

function isInstant(name: string): boolean {
  return name.startsWith("TIMESTAMP");
}

function isWhole(type: DataType): boolean {
  const range = numberRangeOf(type);
  return (
    range?.kind === "whole" ||
    range?.kind === "any" ||
    (range?.kind === "decimal" && range.scale === 0)
  );
}

/** That NULL is possible breaks nothing yet; that there was one does. */
function nullViolation(
  promised: ContractColumn,
  column: ObservedColumn,
): readonly ContractViolation[] {
  const share = column.sketch?.nullShare ?? 0;
  if (promised.nullable || share === 0) return [];
  const percent = Math.max(0.1, Math.round(share * 1_000) / 10);
  const detail = `\`${promised.name}\` is promised in every row, and is NULL in ${percent} % of those looked at.`;
  return [{ kind: "nullability", column: promised.name, detail }];
}

/** Only a database says what its key is; elsewhere the key's uniqueness is measured on the rows. */
function keyViolation(contract: Contract, observed: ObservedSchema): readonly ContractViolation[] {
  if (observed.evidence.kind !== "declared" || contract.key.length === 0) return [];
  const key = new Set(observed.key.map((name) => name.toLowerCase()));
  if (key.size === 0) return [];
  const promised = contract.key.map((name) => name.toLowerCase());
  // Rows that are unique by a part of the promised key are unique by all of it.
  if ([...key].every((name) => promised.includes(name))) return [];
  const detail = `The key is promised as ${contract.key.join(", ")}, and is ${observed.key.join(", ")}.`;
  return [{ kind: "key", column: "", detail }];
}
