import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Location, Problem } from "./problem.ts";
import type { SqlFault } from "./sql-analysis.ts";
import { faultMessage, faultSpan, placedFaultFix } from "./sql-fault.ts";

/** A check's SQL condition as a file has it, which only the warehouse's parser can judge. */
export interface CheckExpression {
  readonly sql: string;
  /** The place of a part of `sql`, in UTF-16 units; `end` is exclusive. */
  locate(start: number, end: number): Location;
}

/** The conditions of a list of checks, also where other parts of it have problems. */
export function expressionsOfChecks(
  document: PositionedDocument,
  path: DocumentPath,
): readonly CheckExpression[] {
  const checks = document.at(path);
  if (!Array.isArray(checks)) return [];
  return checks.flatMap((_, at) => expressionOfCheck(document, [...path, at]) ?? []);
}

/** The condition of the check at `path`, or `null` where it has none. */
export function expressionOfCheck(
  document: PositionedDocument,
  path: DocumentPath,
): CheckExpression | null {
  const at = [...path, "expression"];
  const text = document.at(at);
  if (typeof text !== "string" || text.trim() === "") return null;
  // The form drops the space around a condition; the document has it.
  const indent = text.length - text.trimStart().length;
  return {
    sql: text.trim(),
    locate: (start, end) => document.locateWithin(at, start + indent, end + indent),
  };
}

/** The problem of a condition that the warehouse could not use. */
export function expressionProblem(expression: CheckExpression, fault: SqlFault): Problem {
  const { sql } = expression;
  const span = faultSpan(sql, fault);
  return {
    code: "sql-invalid",
    severity: "error",
    message: faultMessage(fault),
    location: expression.locate(span?.start ?? 0, span?.end ?? sql.length),
    fix: span === null ? "Write one condition over a row, such as `amount > 0`." : placedFaultFix,
  };
}
