import type { Column, TableName } from "../schema/table-schema.ts";

/** A table whose columns a query may read. */
export interface TableShape {
  readonly table: TableName;
  readonly columns: readonly Column[];
}

/** How a value of an output column comes from a column of a table. */
export type ValueOrigin = "identity" | "transformation" | "aggregation";

/** What an expression does to what flows through it, so that a change of it ends there. */
export type Absorption =
  /** Every way to the output passes an explicit CAST. */
  | "type"
  /** Every way to the output passes COALESCE, IFNULL or the like. */
  | "null"
  /** Every way passes a CASE with ELSE. */
  | "values";

/** One column that an output column is made from. */
export interface ColumnSource {
  readonly table: string;
  readonly column: string;
  readonly how: ValueOrigin;
  /** In name order. */
  readonly absorbs: readonly Absorption[];
}

/** One column of a query's result. */
export interface OutputColumn {
  readonly name: string;
  /** In the order of table and column; empty for constants. */
  readonly from: readonly ColumnSource[];
}

/**
 * How a query uses a column beside handing it on:
 *
 * - set: by its position in UNION, INTERSECT or EXCEPT; star: by `*`;
 * - conditional: in the condition of CASE, IF or FILTER;
 * - not_in: in the subquery or list of NOT IN, where one NULL changes all;
 * - named: it must be there, since the text names it, and nothing comes of it;
 * - opaque: the engine reads it, and the analysis does not say for what. The worst is assumed.
 */
export const useContexts = [
  "join",
  "filter",
  "not_in",
  "group",
  "distinct",
  "having",
  "qualify",
  "window",
  "partition",
  "order",
  "conditional",
  "set",
  "star",
  "named",
  "opaque",
] as const;

export type UseContext = (typeof useContexts)[number];

/** One column that a query uses. `column` is `*` for a whole table. */
export interface ColumnUse {
  readonly table: string;
  readonly column: string;
  readonly context: UseContext;
  /** Constants that it is compared with by `=`, IN or CASE; `null` when there are others too. */
  readonly literals: readonly string[] | null;
  /** In `conditional`: whether an ELSE takes what no branch does. */
  readonly hasElse: boolean;
}

/**
 * What a query does with the columns of its tables, as `schema.table`. Sound: a column that the
 * query may read is in `columns`, in `uses`, or its table is in `uses` with the column `*`.
 */
export interface QueryLineage {
  readonly columns: readonly OutputColumn[];
  /** In the order of table, column, context; each once. */
  readonly uses: readonly ColumnUse[];
  /** What could not be found out, in words for people. */
  readonly unresolved: readonly string[];
}

/** What is to be analyzed. */
export interface LineageRequest {
  readonly sql: string;
  /** A dialect that the analyzer knows, such as `duckdb` or `snowflake`. */
  readonly dialect: string;
  /** Shapes of the tables that it may read. */
  readonly tables: readonly TableShape[];
}
