import type { Hash } from "../std/hash.ts";

/** A table reference as the SQL writes it; `schema` is empty when it was not given. */
export interface TableReference {
  readonly schema: string;
  readonly name: string;
}

/** What a model's SQL says, or where it stops making sense. */
export type SqlAnalysis =
  | {
      readonly ok: true;
      /** Identity of its meaning: white space, comments and keyword case do not change it. */
      readonly code: Hash;
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
