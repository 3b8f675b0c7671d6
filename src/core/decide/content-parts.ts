import type { ModelSpec } from "../project/project.ts";
import type { Adapter } from "../routes/route.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { tableText } from "../schema/table-schema.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { ColumnsRead, ModelReads } from "./model-reads.ts";
import type { Arrival } from "./subject-node.ts";

/**
 * What a table holds, taken apart: where `rows` and a column's code are the same, so are the values of
 * that column, whatever else the table has.
 */
export interface ContentParts {
  readonly rows: Hash;
  /** In the order of the table; names in lower case, each once. */
  readonly columns: readonly { readonly name: string; readonly code: Hash }[];
}

/**
 * Identity of some columns of a table, in the table's order: `*` and positions follow it.
 * @returns `null` where only the table as a whole has an identity.
 */
export function identityOf(
  parts: ContentParts | null,
  columns: readonly string[] | null,
): Hash | null {
  if (parts === null || columns === null) return null;
  const wanted = new Set(columns);
  const read = parts.columns.filter(({ name }) => wanted.has(name));
  return read.length === wanted.size ? hashOf({ rows: parts.rows, columns: read }) : null;
}

/** What a model's own parts are made from, beside its declaration. */
export interface Making {
  readonly arrivals: readonly Arrival[];
  /** The parts of an input's table as they will be read. */
  readonly partsOf: (subject: string) => ContentParts | null;
  readonly reads: ModelReads | null;
  /** Identity of the gates that must hold. */
  readonly enforced: Hash;
  readonly adapters: readonly Adapter[];
}

/** What the table of a model holds once it is made, taken apart; `null` where all of it is one. */
export function contentOf(spec: ModelSpec, making: Making): ContentParts | null {
  const { parts, materialize } = spec;
  const { reads, adapters, enforced } = making;
  // Through an adapter it reads other shapes than those by which its reads were found.
  if (parts === null || adapters.length > 0) return null;
  const inputs = inputsFor(making, reads?.rows ?? reads?.all);
  if (inputs === null) return null;
  const own = { code: parts.rows, materialize, target: tableText(spec.target), enforced };
  const rowsText = canonicalJson(inputs);
  const columns = parts.columns.map((column) => {
    const needed = inputsFor(making, reads?.columns[column.name] ?? reads?.all) ?? inputs;
    if (canonicalJson(needed) === rowsText) return column;
    return { name: column.name, code: hashOf({ code: column.code, inputs: needed }) };
  });
  return { rows: hashOf({ ...own, inputs }), columns };
}

type InputIdentity = readonly [subject: string, identity: Hash];

/** What a part of a model is made from; `null` when an input is unknown. */
function inputsFor(
  { arrivals, partsOf }: Making,
  read: ColumnsRead | undefined,
): readonly InputIdentity[] | null {
  const inputs: InputIdentity[] = [];
  for (const { subject, state, fingerprint } of arrivals) {
    const seen = state === "empty" ? "empty" : identityOf(partsOf(subject), read?.[subject] ?? null);
    const identity = seen ?? fingerprint;
    if (identity === null) return null;
    inputs.push([subject, identity]);
  }
  return inputs;
}
