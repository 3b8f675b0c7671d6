import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import { dropFileQuarantine } from "./quarantine.ts";
import { literal, quoteTable } from "./quote-duckdb.ts";
import type { Relation } from "./relation.ts";
import { fileMarker } from "./shape-target.ts";

/**
 * Removes the rows of files that are loaded again because they were corrected at their source,
 * wherever those rows are: in the table or in quarantine.
 * @param isReshaped whether the table's columns may have to change in the same transaction
 * @returns how many the table held
 * @throws SOURCE_REWRITTEN when the table cannot tell which of its rows are of these files
 */
export async function replaceFiles(
  session: Session,
  request: LoadRequest,
  { relation, isReshaped }: { readonly relation: Relation | null; readonly isReshaped: boolean },
): Promise<number> {
  const { replaces } = request.manifest;
  if (replaces.length === 0 || request.strategy !== "append" || relation === null) return 0;
  const target = quoteTable(request.target);
  const hasMarker = relation.columns.some(({ name }) => name.toLowerCase() === fileMarker.name);
  const isTold = hasMarker
    ? (await session.count(
        `SELECT count(*) FROM (SELECT 1 FROM ${target} WHERE _file IS NULL LIMIT 1)`,
      )) === 0
    : false;
  const isOf = `_file IN (${replaces.map(literal).join(", ")})`;
  const found = hasMarker
    ? await session.rows(`SELECT DISTINCT _file FROM ${target} WHERE ${isOf}`)
    : [];
  // A file that had no row of its own in the table is told from one of before by there being none.
  const known = new Set(
    [...found, ...(await dropFileQuarantine(session, request.source, isOf))].map(([name]) => name),
  );
  const unknown = replaces.filter((name) => !known.has(name));
  if (!isTold && unknown.length > 0) {
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${unknown.slice(0, 3).join(", ")} of ${request.source} changed, and ${tableText(request.target)} holds rows of which it does not say what file they are of`,
      { hint: "Load it once with strategy replace, and then append." },
    );
  }
  if (!hasMarker) return 0;
  if (!isReshaped) return session.change(`DELETE FROM ${target} WHERE ${isOf}`);
  // The engine lets no transaction alter a table that it has deleted rows from.
  const rows = await session.count(`SELECT count(*) FROM ${target} WHERE ${isOf}`);
  await session.run(
    `CREATE OR REPLACE TABLE ${target} AS SELECT * FROM ${target} WHERE (${isOf}) IS NOT TRUE`,
  );
  return rows;
}
