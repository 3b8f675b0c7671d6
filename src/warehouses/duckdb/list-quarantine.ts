import type { QuarantinedRow, QuarantineSummary } from "../../ports/quarantine.ts";
import type { Session } from "./duckdb-session.ts";
import { isOwnColumn, quarantineTable } from "./quarantine.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { type Relation, readRelation } from "./relation.ts";

/** As many reasons as a summary names; the rest would be of a few rows each. */
const reasonsMax = 20;

/** Sources that have quarantined rows, in name order, with the reasons that strike the most rows. */
export async function listQuarantine(session: Session): Promise<readonly QuarantineSummary[]> {
  const tables = await session.rows(
    `SELECT table_name FROM duckdb_tables()
     WHERE database_name = 'warehouse' AND schema_name = 'quarantine' ORDER BY table_name`,
  );
  const summaries: QuarantineSummary[] = [];
  for (const [name] of tables) {
    const summary = await summarize(session, String(name));
    if (summary !== null) summaries.push(summary);
  }
  return summaries;
}

async function summarize(session: Session, source: string): Promise<QuarantineSummary | null> {
  const relation = await readRelation(session, quarantineTable(source));
  if (relation === null) return null;
  const table = quoteTable(quarantineTable(source));
  const [row = []] = await session.rows(
    `SELECT count(*), epoch_ms(min(_quarantined_at)), epoch_ms(max(_quarantined_at)) FROM ${table}`,
  );
  if (Number(row[0]) === 0) return null;
  // Reasons name the value; what is counted is the kind of reason.
  const kind = `coalesce(
    nullif(regexp_extract(_reason, ' (is no [^;]*)$', 1), ''),
    regexp_replace(_reason, '^line \\d+ of .*?: ', ''))`;
  const reasons = await session.rows(
    `SELECT ${ownItem(relation, "_column")} AS col, ${kind} AS kind, count(*) AS n FROM ${table}
     GROUP BY ALL ORDER BY n DESC, col NULLS FIRST, kind LIMIT ${reasonsMax}`,
  );
  return {
    source,
    rows: Number(row[0]),
    reasons: reasons.map(([column, reason, rows]) => ({
      column: typeof column === "string" ? column : null,
      reason: String(reason),
      rows: Number(rows),
    })),
    firstAt: Number(row[1]),
    lastAt: Number(row[2]),
  };
}

/** A column of quarantine that older tables may not have. */
function ownItem(relation: Relation, name: string): string {
  return relation.columns.some((one) => one.name === name) ? name : "CAST(NULL AS VARCHAR)";
}

/** The rows of one source that were set aside, the newest first. */
export async function readQuarantine(
  session: Session,
  source: string,
  limit: number,
): Promise<readonly QuarantinedRow[]> {
  const table = quarantineTable(source);
  const relation = await readRelation(session, table);
  if (relation === null) return [];
  const values = relation.columns
    .filter(({ name }) => !isOwnColumn(name))
    .map(({ name }) => `${literal(name)}: ${quoteName(name)}`);
  const whole = values.length === 0 ? "'{}'" : `CAST(to_json({${values.join(", ")}}) AS VARCHAR)`;
  const rows = await session.rows(
    `SELECT ${ownItem(relation, "_column")}, ${ownItem(relation, "_value")}, _reason, _run,
       epoch_ms(_quarantined_at), coalesce(_raw, ${whole})
     FROM ${quoteTable(table)} ORDER BY _quarantined_at DESC, rowid DESC
     LIMIT ${Math.max(0, Math.floor(limit))}`,
  );
  return rows.map(([column, value, reason, run, at, raw]) => ({
    column: typeof column === "string" ? column : null,
    value: typeof value === "string" ? value : null,
    reason: String(reason),
    run: String(run),
    at: Number(at),
    raw: String(raw),
  }));
}
