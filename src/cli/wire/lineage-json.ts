import type { ColumnUse, OutputColumn, QueryLineage } from "../../core/lineage/query-lineage.ts";
import type { TraceStep } from "../../core/lineage/trace-columns.ts";
import type { ImpactReport, LineageReport } from "../../engine/lineage-report.ts";

/** What a query does with columns, as JSON. Tables are `schema.table`. */
export interface QueryLineageJson {
  readonly columns: readonly {
    readonly name: string;
    readonly from: readonly {
      readonly table: string;
      readonly column: string;
      readonly how: string;
    }[];
  }[];
  readonly uses: readonly Pick<ColumnUse, "table" | "column" | "context">[];
  readonly unresolved: readonly string[];
}

/** What `sluice lineage TABLE --json` prints. */
export interface LineageJson extends QueryLineageJson {
  /** `null` for a source. */
  readonly model: string | null;
  readonly table: string;
  /** Only where it was asked for. */
  readonly upstream?: readonly TraceStep[];
  readonly downstream?: readonly TraceStep[];
}

/** The JSON form of a query's lineage. */
export function queryLineageJson(lineage: QueryLineage): QueryLineageJson {
  return {
    columns: lineage.columns.map(columnJson),
    uses: lineage.uses.map(({ table, column, context }) => ({ table, column, context })),
    unresolved: lineage.unresolved,
  };
}

/** The JSON form of a table's lineage. */
export function lineageJson(report: LineageReport): LineageJson {
  const { model, table, upstream, downstream } = report;
  return {
    model,
    table,
    ...queryLineageJson(report),
    ...(upstream === null ? {} : { upstream }),
    ...(downstream === null ? {} : { downstream }),
  };
}

/** The JSON form of what a change can reach. */
export function impactJson({ table, column, models }: ImpactReport): ImpactReport {
  return { table, column, models };
}

function columnJson({ name, from }: OutputColumn): QueryLineageJson["columns"][number] {
  return { name, from: from.map(({ table, column, how }) => ({ table, column, how })) };
}
