import type { Hash } from "../std/hash.ts";

/** A table reference as the SQL writes it; `schema` is empty when it was not given. */
export interface TableReference {
  readonly schema: string;
  readonly name: string;
}

/**
 * A query taken apart, so that two forms of it can be compared: where `rows` and a column's code are
 * the same, so are the column's values. `null` in its place where a column more may change the rows or
 * the other columns: then all of the query counts as one.
 */
export interface QueryParts {
  /** Identity of which rows it gives: all but what it selects. */
  readonly rows: Hash;
  /** In the order of the query; names in lower case, each once. */
  readonly columns: readonly { readonly name: string; readonly code: Hash }[];
}

/** What a model's SQL says, or where it stops making sense. */
export type SqlAnalysis =
  | {
      readonly ok: true;
      /** Identity of its meaning: white space, comments, and the case of keywords and names do not change it. */
      readonly code: Hash;
      readonly parts: QueryParts | null;
      /** Tables that it reads, without its own CTEs; each once, in name order. */
      readonly reads: readonly TableReference[];
    }
  | SqlFault;

/** What a condition over a row says, or where it stops making sense. */
export type ConditionAnalysis = { readonly ok: true } | SqlFault;

/** Why SQL cannot be used. */
export interface SqlFault {
  readonly ok: false;
  readonly message: string;
  /** Offset into the SQL, in UTF-16 units, or `null` when the parser gave none. */
  readonly offset: number | null;
}
