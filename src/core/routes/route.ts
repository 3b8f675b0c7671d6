import type { Hash } from "../std/hash.ts";

/** From the weakest to the strongest: of equal priority the stronger wins. */
export const routeKinds = ["pass", "adapt", "negotiate", "isolate"] as const;

/**
 * What becomes of a model whose input drifted: it reads the new shape; it reads the old shape
 * through an adapter view; it waits for an answer; or it is stopped.
 */
export type RouteKind = (typeof routeKinds)[number];

/** What readers of a model do while it is negotiated: go on with its last good data, or wait. */
export type Meanwhile = "last_good" | "wait";

/** What happens when nobody answers in time. */
export type DefaultOutcome = "accept" | "reject";

/** A view that gives a source's table the shape that it had in an earlier version. */
export interface Adapter {
  readonly source: string;
  /** The version that it presents. */
  readonly version: Hash;
  /** In the order of that version. */
  readonly columns: readonly AdaptedColumn[];
}

/** One column of an adapter. */
export interface AdaptedColumn {
  readonly name: string;
  readonly type: string;
  /**
   * Columns of the table that may hold it, the newest name first; the first value that is not NULL
   * counts. Names that the table does not have are left out; without any it is NULL.
   */
  readonly from: readonly string[];
  /** Its values are cast to `type`; what does not fit is NULL. */
  readonly isCast: boolean;
  /** It is NULL where the old shape had a value. */
  readonly isTainted: boolean;
}
