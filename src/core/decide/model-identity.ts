import type { ModelSpec } from "../project/project.ts";
import type { Adapter } from "../routes/route.ts";
import { tableText } from "../schema/table-schema.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import { type ContentParts, identityOfColumns } from "./content-parts.ts";
import type { SubjectHistory } from "./decide-input.ts";
import { type ColumnsRead, columnsReadOf, type ModelReads } from "./model-reads.ts";
import { type Arrival, holds } from "./subject-node.ts";

/** What a transform's result depends on, beside the model's declaration. */
export interface Making {
  readonly arrivals: readonly Arrival[];
  /** Identity of the gates that must hold. */
  readonly enforced: Hash;
  readonly adapters: readonly Adapter[];
}

/**
 * Identity of what a transform would leave: code, target, what must hold, and what it reads of every
 * input by then. What was built from the same inputs as a whole is the same too, and keeps the
 * identity that it was given.
 */
export function transformFingerprint(
  spec: ModelSpec,
  making: Making,
  history: SubjectHistory | null,
): Hash | null {
  const whole = fingerprintOf(spec, making, (arrival) => arrival.fingerprint);
  // Through an adapter it reads other shapes than those that its reads were found by.
  if (making.adapters.length > 0 || holds(history, whole)) return whole;
  if (making.arrivals.every(({ seen }) => seen === null)) return whole;
  return fingerprintOf(spec, making, (arrival) => arrival.seen ?? arrival.fingerprint);
}

function fingerprintOf(
  spec: ModelSpec,
  { arrivals, adapters, enforced }: Making,
  identify: (arrival: Arrival) => Hash | null,
): Hash | null {
  const inputs = identified(arrivals, identify);
  if (inputs === null) return null;
  const { code, materialize } = spec;
  const own = { code, materialize, target: tableText(spec.target), enforced, inputs };
  return hashOf(adapters.length === 0 ? own : { ...own, adapters });
}

/** What the table of a model holds once it is made, taken apart; `null` where all of it is one. */
export function modelParts(
  spec: ModelSpec,
  making: Making,
  {
    reads,
    partsOf,
  }: {
    readonly reads: ModelReads | null;
    /** The parts of an input's table, as it will be read. */
    readonly partsOf: (subject: string) => ContentParts | null;
  },
): ContentParts | null {
  const { parts, materialize } = spec;
  const { arrivals, adapters, enforced } = making;
  if (parts === null || adapters.length > 0) return null;
  const inputsFor = (read: ColumnsRead | undefined) =>
    identified(
      arrivals,
      ({ subject, fingerprint }) =>
        identityOfColumns(partsOf(subject), columnsReadOf(read, subject)) ?? fingerprint,
    );
  const inputs = inputsFor(reads?.rows ?? reads?.all);
  if (inputs === null) return null;
  const forRows = canonicalJson(inputs);
  const readFor = (column: string) =>
    reads !== null && Object.hasOwn(reads.columns, column) ? reads.columns[column] : undefined;
  const columns = parts.columns.map((column) => {
    const needed = inputsFor(readFor(column.name) ?? reads?.all) ?? inputs;
    if (canonicalJson(needed) === forRows) return column;
    return { name: column.name, code: hashOf({ code: column.code, inputs: needed }) };
  });
  const target = tableText(spec.target);
  return { rows: hashOf({ code: parts.rows, materialize, target, enforced, inputs }), columns };
}

/** Every input with its identity; `null` when one has none. */
function identified(
  arrivals: readonly Arrival[],
  identify: (arrival: Arrival) => Hash | null,
): readonly (readonly [subject: string, identity: Hash | "empty"])[] | null {
  const inputs: (readonly [string, Hash | "empty"])[] = [];
  for (const arrival of arrivals) {
    const identity = arrival.state === "empty" ? "empty" : identify(arrival);
    if (identity === null) return null;
    inputs.push([arrival.subject, identity]);
  }
  return inputs;
}
