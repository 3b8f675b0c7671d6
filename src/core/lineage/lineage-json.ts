import type { QueryLineage, UseContext, ValueOrigin } from "./query-lineage.ts";

/** A query's lineage as `--json` prints it. */
export interface LineageJson {
  readonly columns: readonly {
    readonly name: string;
    readonly from: readonly {
      readonly table: string;
      readonly column: string;
      readonly how: ValueOrigin;
    }[];
  }[];
  readonly uses: readonly {
    readonly table: string;
    readonly column: string;
    readonly context: UseContext;
  }[];
  readonly unresolved: readonly string[];
}

/** The form in which others read a query's lineage: what compatibility alone needs is left out. */
export function lineageJson({ columns, uses, unresolved }: QueryLineage): LineageJson {
  return {
    columns: columns.map(({ name, from }) => ({
      name,
      from: from.map(({ table, column, how }) => ({ table, column, how })),
    })),
    uses: uses.map(({ table, column, context }) => ({ table, column, context })),
    unresolved,
  };
}
