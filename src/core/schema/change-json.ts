import type { ColumnFormat } from "./observed-schema.ts";
import type { ChangeKind, NestedChange, SchemaChange } from "./schema-change.ts";

/** What a change was, and is: a type or a name as text, members, yes or no, or a place from 0. */
export type ChangeValue = string | number | boolean | readonly string[];

/** The JSON form of a change. Names are kept for ever; fields may be added. */
export interface ChangeJson {
  readonly kind: ChangeKind;
  /** The name that the column had before; empty for the table as a whole. */
  readonly column: string;
  readonly before?: ChangeValue;
  readonly after?: ChangeValue;
  /** Of a rename: how sure it is, 0 to 1. */
  readonly confidence?: number;
  /** Of a nested field: where it is, from the column on, as `items[].sku`. */
  readonly path?: string;
  /** Of a nested field: what happened to it. */
  readonly inner?: InnerChangeJson;
}

/** What happened to a nested field. */
export interface InnerChangeJson {
  readonly kind: NestedChange["kind"];
  readonly before?: ChangeValue;
  readonly after?: ChangeValue;
  readonly confidence?: number;
}

/** The JSON form of a change, for all outputs. */
export function changeJson(change: SchemaChange): ChangeJson {
  const { kind, column } = change;
  switch (change.kind) {
    case "added":
      return { kind, column, after: change.type };
    case "dropped":
      return { kind, column, before: change.type };
    case "renamed":
      return { kind, column, before: column, after: change.to, confidence: change.confidence };
    case "reordered":
    case "widened":
    case "narrowed":
    case "retyped":
    case "nullability":
    case "key":
    case "values":
      return { kind, column, before: change.before, after: change.after };
    case "format": {
      const { before, after } = formatTexts(change.before, change.after);
      return { kind, column, before, after };
    }
    case "nested": {
      const inner = innerJson(change.inner, change.path);
      const { before, after, confidence } = inner;
      return {
        kind,
        column,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(confidence === undefined ? {} : { confidence }),
        path: change.path,
        inner,
      };
    }
    case "replaced":
      return { kind, column };
  }
}

function innerJson(inner: NestedChange, path: string): InnerChangeJson {
  switch (inner.kind) {
    case "added":
      return { kind: inner.kind, after: inner.type };
    case "dropped":
      return { kind: inner.kind, before: inner.type };
    case "renamed":
      return { kind: inner.kind, before: path, after: inner.to, confidence: inner.confidence };
    case "reordered":
    case "widened":
    case "narrowed":
    case "retyped":
      return { kind: inner.kind, before: inner.before, after: inner.after };
  }
}

/** The two formats in words, as far as both know them and differ. */
function formatTexts(
  before: ColumnFormat,
  after: ColumnFormat,
): { readonly before: string; readonly after: string } {
  const parts: (readonly [string, string])[] = [];
  if (before.isZeroPadded !== null && after.isZeroPadded !== null) {
    parts.push([paddingText(before.isZeroPadded), paddingText(after.isZeroPadded)]);
  }
  if (before.timestamps !== null && after.timestamps !== null) {
    parts.push([before.timestamps.join(" or "), after.timestamps.join(" or ")]);
  }
  if (before.decimalMark !== null && after.decimalMark !== null) {
    parts.push([markText(before.decimalMark), markText(after.decimalMark)]);
  }
  const differing = parts.filter(([old, now]) => old !== now);
  return {
    before: differing.map(([old]) => old).join(", "),
    after: differing.map(([, now]) => now).join(", "),
  };
}

function paddingText(isZeroPadded: boolean): string {
  return isZeroPadded ? "padded with zeros" : "not padded with zeros";
}

function markText(mark: "." | ","): string {
  return mark === "." ? "decimal point" : "decimal comma";
}
