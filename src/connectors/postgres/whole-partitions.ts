import type { SourceSpec } from "../../core/project/project.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { quoteName, quoteText } from "./quote-postgres.ts";
import type { CursorPlan } from "./table-cursor.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/** So many partitions are named one by one; when more have changed, the table is read as a whole. */
const partitionsMax = 1_000;

/**
 * A plan for all rows of the partitions of which a plan selects any, as this transaction sees them.
 * Plans of sources that are not loaded by partition stay as they are.
 */
export async function wholePartitions(
  query: Query,
  { source, facts }: { readonly source: SourceSpec; readonly facts: TableFacts },
  plan: CursorPlan,
): Promise<CursorPlan> {
  if (plan.where === null || source.strategy !== "partition") return plan;
  const columns = (source.loading?.partitionBy ?? []).map((wanted) => {
    const same = ({ stagedName }: { readonly stagedName: string }) =>
      stagedName.toLowerCase() === wanted.toLowerCase();
    const column = facts.columns.find(same);
    if (column !== undefined) return column.name;
    throw new OperatingError("PROJECT_INVALID", `${source.name}: there is no column ${wanted}.`, {
      hint: "partition_by names columns of the table.",
    });
  });
  const types = await query(
    `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type
     FROM pg_attribute WHERE attrelid = $1::oid AND attname::text IN (${columns.map(quoteText).join(", ")}) AND NOT attisdropped`,
    [facts.oid],
  );
  const names = columns.map((name) => `source.${quoteName(name)}`);
  const found = await query(
    `SELECT DISTINCT ${names.map((name, at) => `${name}::text AS "${at}"`).join(", ")}
     FROM ${facts.sqlName} AS source WHERE ${plan.where} LIMIT ${partitionsMax + 1}`,
  );
  if (found.length > partitionsMax) {
    return { scope: "full", where: null, filter: null, next: plan.next };
  }
  const partitions = found.map((row) => {
    const parts = names.map((name, at) => {
      const value = row[String(at)];
      if (typeof value !== "string") return `${name} IS NULL`;
      const type = types.find((one) => one["name"] === columns[at])?.["type"];
      return `${name} = ${quoteText(value)}::${String(type)}`;
    });
    return `(${parts.join(" AND ")})`;
  });
  const where = partitions.length === 0 ? "false" : `(${partitions.sort().join(" OR ")})`;
  return { ...plan, where, filter: where };
}
