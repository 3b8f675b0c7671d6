import type { Probe } from "../compatibility/evidence.ts";
import { answerTo, type ProbeAnswers } from "../compatibility/probe-answers.ts";
import { reachingChanges } from "../compatibility/reaching-changes.ts";
import type { SchemaChange, TypeChange } from "../schema/schema-change.ts";

/** The questions to the staged batch whose answers tell which columns an adapter may cast back. */
export function adapterProbes(table: string, changes: readonly SchemaChange[]): readonly Probe[] {
  return reachingChanges("", table, changes).flatMap(({ change, origin }) => {
    const column = origin?.columns[0];
    return isTypeChange(change) && column !== undefined
      ? [{ kind: "lossy_cast" as const, column, to: change.before }]
      : [];
  });
}

/**
 * The columns of other types whose staged values all survive the cast back to the old one, by their
 * old names in lower case. Without rows there is no proof.
 */
export function castableColumns(
  table: string,
  changes: readonly SchemaChange[],
  answers: ProbeAnswers | null,
): ReadonlySet<string> {
  const castable = new Set<string>();
  for (const { change, origin } of reachingChanges("", table, changes)) {
    const column = origin?.columns[0];
    if (!isTypeChange(change) || column === undefined) continue;
    const answer = answerTo(answers, table, { kind: "lossy_cast", column, to: change.before });
    if (answer !== null && answer.rows > 0 && answer.hits === 0)
      castable.add(change.column.toLowerCase());
  }
  return castable;
}

function isTypeChange(change: SchemaChange): change is TypeChange {
  return change.kind === "widened" || change.kind === "narrowed" || change.kind === "retyped";
}
