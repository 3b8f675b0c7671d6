import type { ColumnUse, UseContext } from "./query-lineage.ts";
import { sortUses } from "./reconcile-lineage.ts";
import type { ValueFlow } from "./value-flow.ts";

/** How a flow is used. */
export interface UseDetail {
  readonly context: UseContext;
  /** Constants that the value is compared with; absent when it is used otherwise. */
  readonly literals?: readonly string[] | undefined;
  readonly hasElse?: boolean | undefined;
}

/** Gathers the uses of one query; what a column is used for several times is joined. */
export interface UseCollector {
  /** All base columns of a flow are used so. */
  add(flow: ValueFlow, detail: UseDetail): void;
  /** Columns that the text names, for those that nothing else was gathered of. */
  addNamed(flow: ValueFlow): void;
  /** A whole table is used so. */
  addWhole(table: string, context: UseContext): void;
  list(): readonly ColumnUse[];
}

/** An empty collection. */
export function collectUses(): UseCollector {
  const uses = new Map<string, ColumnUse>();
  const put = (use: ColumnUse) => {
    const key = JSON.stringify([use.table, use.column, use.context]);
    const before = uses.get(key);
    uses.set(key, before === undefined ? use : joined(before, use));
  };
  return {
    add(flow, { context, literals, hasElse = false }) {
      for (const { table, column, how } of flow.values()) {
        // Constants compared with what an expression made say nothing of the column's own values.
        const compared = how === "identity" && literals !== undefined ? literals : null;
        put({ table, column, context, literals: compared, hasElse });
      }
    },
    addNamed(flow) {
      const used = new Set(
        [...uses.values()].map((use) => JSON.stringify([use.table, use.column])),
      );
      for (const { table, column } of flow.values()) {
        if (used.has(JSON.stringify([table, column]))) continue;
        put({ table, column, context: "named", literals: null, hasElse: false });
      }
    },
    addWhole(table, context) {
      put({ table, column: "*", context, literals: null, hasElse: false });
    },
    list: () => sortUses([...uses.values()]),
  };
}

function joined(a: ColumnUse, b: ColumnUse): ColumnUse {
  const literals =
    a.literals === null || b.literals === null
      ? null
      : [...new Set([...a.literals, ...b.literals])].sort();
  return { ...a, literals, hasElse: a.hasElse && b.hasElse };
}
