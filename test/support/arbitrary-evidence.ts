import fc from "fast-check";
import type { ProbeResult } from "../../src/core/compatibility/evidence.ts";
import type { ModelEvidence } from "../../src/core/compatibility/model-evidence.ts";
import { reachingChanges } from "../../src/core/compatibility/reaching-changes.ts";
import { wantedProbes } from "../../src/core/compatibility/wanted-probes.ts";
import {
  type ColumnSource,
  type ColumnUse,
  type QueryLineage,
  useContexts,
} from "../../src/core/lineage/query-lineage.ts";
import type { ColumnFormat } from "../../src/core/schema/observed-schema.ts";
import type { SchemaChange } from "../../src/core/schema/schema-change.ts";

const tables = ["raw.orders", "raw.customers"] as const;
const columns = ["id", "amount", "status", "email", "payload"] as const;

const column = () => fc.constantFrom(...columns);

const format = (): fc.Arbitrary<ColumnFormat> =>
  fc.record({
    isZeroPadded: fc.constantFrom(true, false, null),
    timestamps: fc.constantFrom(["M/D/YYYY"], ["YYYY-MM-DD"], null),
    decimalMark: fc.constantFrom(".", ",", null),
  });

const members = () => fc.subarray(["paid", "open", "refunded", "lost"]);

/** Any change of any kind, of columns of `arbitraryLineage`. */
export function arbitraryChange(): fc.Arbitrary<SchemaChange> {
  return fc.oneof(
    fc.record({
      kind: fc.constant("added" as const),
      column: fc.constantFrom("channel", "extra"),
      type: fc.constant("VARCHAR"),
      nullable: fc.boolean(),
      position: fc.nat(5),
    }),
    fc.record({
      kind: fc.constant("dropped" as const),
      column: column(),
      type: fc.constant("VARCHAR"),
      nullable: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("renamed" as const),
      column: column(),
      to: fc.constant("renamed_to"),
      confidence: fc.constantFrom(0.5, 0.8, 1),
    }),
    fc.record({
      kind: fc.constant("reordered" as const),
      column: column(),
      before: fc.nat(3),
      after: fc.nat(3),
    }),
    fc.record({
      kind: fc.constantFrom("widened" as const, "narrowed" as const, "retyped" as const),
      column: column(),
      before: fc.constant("DECIMAL(18,2)"),
      after: fc.constant("DOUBLE"),
      isLossy: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("nullability" as const),
      column: column(),
      before: fc.boolean(),
      after: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("key" as const),
      column: fc.constant("" as const),
      before: fc.constantFrom([], ["id"]),
      after: fc.constantFrom([], ["id", "status"]),
    }),
    fc.record({
      kind: fc.constant("values" as const),
      column: column(),
      before: members(),
      after: members(),
    }),
    fc.record({
      kind: fc.constant("format" as const),
      column: column(),
      before: format(),
      after: format(),
    }),
    fc.record({
      kind: fc.constant("nested" as const),
      column: column(),
      path: fc.constant("payload.city"),
      inner: fc.oneof(
        fc.record({
          kind: fc.constantFrom("added" as const, "dropped" as const),
          type: fc.constant("VARCHAR"),
          position: fc.nat(2),
        }),
        fc.record({
          kind: fc.constant("retyped" as const),
          before: fc.constant("INTEGER"),
          after: fc.constant("VARCHAR"),
          isLossy: fc.boolean(),
        }),
      ),
    }),
    fc.record({ kind: fc.constant("replaced" as const), column: fc.constant("" as const) }),
  );
}

function arbitrarySource(): fc.Arbitrary<ColumnSource> {
  return fc.record({
    table: fc.constantFrom(...tables),
    column: column(),
    how: fc.constantFrom("identity" as const, "transformation" as const, "aggregation" as const),
    absorbs: fc.subarray(["type" as const, "null" as const, "values" as const]),
  });
}

function arbitraryUse(): fc.Arbitrary<ColumnUse> {
  return fc.record({
    table: fc.constantFrom(...tables),
    column: fc.oneof(
      { weight: 4, arbitrary: column() },
      { weight: 1, arbitrary: fc.constant("*") },
    ),
    context: fc.constantFrom(...useContexts),
    literals: fc.option(members(), { nil: null }),
    hasElse: fc.boolean(),
  });
}

/** What a query might do with the two tables. */
function arbitraryLineage(): fc.Arbitrary<QueryLineage> {
  return fc.record({
    columns: fc
      .array(fc.array(arbitrarySource(), { maxLength: 2 }), { minLength: 1, maxLength: 4 })
      .map((outputs) => outputs.map((from, index) => ({ name: `out_${index}`, from }))),
    uses: fc.array(arbitraryUse(), { maxLength: 5 }),
    unresolved: fc.constantFrom([], ["a macro"]),
  });
}

/** A model that changes reach, with evidence of every kind or none. No binding that failed. */
export function arbitraryEvidence(): fc.Arbitrary<ModelEvidence> {
  return fc
    .record({
      lineage: fc.option(arbitraryLineage(), { nil: null, freq: 8 }),
      changes: fc.array(fc.tuple(fc.constantFrom(...tables), arbitraryChange()), { maxLength: 4 }),
      bind: fc.constantFrom(null, { ok: true as const, columns: [] }),
      sample: fc.option(
        fc.record({
          rowsBefore: fc.nat(10),
          rowsAfter: fc.nat(10),
          rowsDiffering: fc.nat(20),
        }),
        { nil: null },
      ),
      hits: fc.option(fc.array(fc.constantFrom(0, 0, 3, null), { minLength: 8, maxLength: 8 }), {
        nil: null,
      }),
    })
    .map(({ lineage, changes, bind, sample, hits }) => {
      const reaching = changes.flatMap(([table, change]) =>
        reachingChanges(table.slice("raw.".length), table, [change]),
      );
      const bare: ModelEvidence = {
        model: "mart",
        table: "marts.mart",
        lineage,
        inputs: [],
        outputs: null,
        reaching,
        bind,
        probes: null,
        sample,
        renameThreshold: 0.75,
      };
      return hits === null ? bare : { ...bare, probes: answered(bare, hits) };
    });
}

/** Answers to what is asked of the model, some of them missing. */
function answered(
  evidence: ModelEvidence,
  hits: readonly (number | null)[],
): ReadonlyMap<string, readonly ProbeResult[]> {
  let index = 0;
  return new Map(
    [...wantedProbes(evidence)].map(([table, probes]) => [
      table,
      probes.flatMap((probe) => {
        const found = hits[index++ % hits.length] ?? null;
        return found === null ? [] : [{ probe, rows: 100, hits: found, examples: [] }];
      }),
    ]),
  );
}
