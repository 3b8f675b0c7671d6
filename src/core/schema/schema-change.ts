import type { ColumnFormat } from "./observed-schema.ts";

/** All kinds of change, in the order in which people are shown them. */
export const changeKinds = [
  "replaced",
  "key",
  "dropped",
  "renamed",
  "retyped",
  "narrowed",
  "widened",
  "nullability",
  "values",
  "format",
  "nested",
  "added",
  "reordered",
] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** How a type became another. `lossy` of a widening: some values have no exact like (BIGINT to DOUBLE). */
export interface TypeChange {
  readonly kind: "widened" | "narrowed" | "retyped";
  /** The column's name before. */
  readonly column: string;
  readonly before: string;
  readonly after: string;
  readonly isLossy: boolean;
}

/**
 * One difference between two schemas. `column` is the name that it had before (for `added`, the new
 * one); a renamed column may have further changes, all under its old name. Names compare without case.
 */
export type SchemaChange =
  | {
      readonly kind: "added";
      readonly column: string;
      readonly type: string;
      readonly nullable: boolean;
      /** Its place in the new schema, from 0. */
      readonly position: number;
    }
  | {
      readonly kind: "dropped";
      readonly column: string;
      readonly type: string;
      readonly nullable: boolean;
    }
  | {
      readonly kind: "renamed";
      readonly column: string;
      readonly to: string;
      /** 0 to 1; 1 is certain. */
      readonly confidence: number;
    }
  /** Its place among the columns that both schemas have, from 0. Only columns that moved are named. */
  | {
      readonly kind: "reordered";
      readonly column: string;
      readonly before: number;
      readonly after: number;
    }
  | TypeChange
  | {
      readonly kind: "nullability";
      readonly column: string;
      /** Whether NULL was, and is, possible. */
      readonly before: boolean;
      readonly after: boolean;
    }
  | {
      readonly kind: "key";
      /** Empty: it is of the table. */
      readonly column: "";
      readonly before: readonly string[];
      readonly after: readonly string[];
    }
  /** The members of an enumeration. */
  | {
      readonly kind: "values";
      readonly column: string;
      readonly before: readonly string[];
      readonly after: readonly string[];
    }
  | {
      readonly kind: "format";
      readonly column: string;
      readonly before: ColumnFormat;
      readonly after: ColumnFormat;
    }
  /**
   * A field inside a struct, list or map. `path` starts with the column: `address.city`,
   * `items[].sku`, `prices{value}.amount`. A list whose items have another type has this at `tags[]`.
   */
  | {
      readonly kind: "nested";
      readonly column: string;
      readonly path: string;
      readonly inner: NestedChange;
    }
  /** So little is common that it is another table under the old name. The other changes say the rest. */
  | { readonly kind: "replaced"; readonly column: "" };

/** What happened to one nested field. */
export type NestedChange =
  | {
      readonly kind: "added" | "dropped";
      readonly type: string;
      /** Its place in its struct, from 0: in the new one when added, in the old one when dropped. */
      readonly position: number;
    }
  | { readonly kind: "renamed"; readonly to: string; readonly confidence: number }
  | { readonly kind: "reordered"; readonly before: number; readonly after: number }
  | {
      readonly kind: "widened" | "narrowed" | "retyped";
      readonly before: string;
      readonly after: string;
      readonly isLossy: boolean;
    };
