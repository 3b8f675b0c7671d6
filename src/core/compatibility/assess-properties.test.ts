import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryChange, arbitraryEvidence } from "../../../test/support/arbitrary-evidence.ts";
import { assessModel } from "./assess-model.ts";
import { type Assessment, verdicts } from "./assessment.ts";
import type { ModelEvidence } from "./model-evidence.ts";
import { reachingChanges } from "./reaching-changes.ts";

/** Sums of the same risks in another order differ in the last digits. */
const epsilon = 1e-9;

function expectNoBetter(worse: Assessment, than: Assessment): void {
  expect(verdicts.indexOf(worse.gate)).toBeGreaterThanOrEqual(verdicts.indexOf(than.gate));
  expect(worse.score).toBeLessThanOrEqual(than.score + epsilon);
}

/**
 * A binder that accepts a query whose column is gone speaks against it: the name means something
 * else. Where evidence is taken away, only what speaks for a model counts.
 */
function speaksFor({ bind, reaching }: ModelEvidence): boolean {
  return (
    bind === null ||
    reaching.every(({ change }) => change.kind !== "dropped" && change.kind !== "renamed")
  );
}

const parameters = { seed: 20_200_401, numRuns: 1_500 };

describe("an assessment", { timeout: 60_000 }, () => {
  test("never gets better by a further change", () => {
    fc.assert(
      fc.property(
        arbitraryEvidence(),
        fc.constantFrom("raw.orders", "raw.customers"),
        arbitraryChange(),
        (evidence, table, change) => {
          const more = {
            ...evidence,
            reaching: [...evidence.reaching, ...reachingChanges(table.slice(4), table, [change])],
          };
          expectNoBetter(assessModel(more), assessModel(evidence));
        },
      ),
      parameters,
    );
  });

  test.each<[string, (evidence: ModelEvidence) => ModelEvidence]>([
    ["the binder", (evidence) => ({ ...evidence, bind: null })],
    ["the probes", (evidence) => ({ ...evidence, probes: null })],
    ["the sample", (evidence) => ({ ...evidence, sample: null })],
    ["the lineage", (evidence) => ({ ...evidence, lineage: null })],
    [
      "one column's lineage",
      (evidence) => ({
        ...evidence,
        lineage:
          evidence.lineage === null
            ? null
            : {
                ...evidence.lineage,
                uses: [
                  ...evidence.lineage.uses,
                  {
                    table: "raw.orders",
                    column: "*",
                    context: "opaque",
                    literals: null,
                    hasElse: false,
                  },
                ],
                unresolved: [...evidence.lineage.unresolved, "a table function"],
              },
      }),
    ],
    [
      "half of the probes",
      (evidence) => ({
        ...evidence,
        probes:
          evidence.probes === null
            ? null
            : new Map(
                [...evidence.probes].map(([table, results]) => [
                  table,
                  results.filter((_result, index) => index % 2 === 0),
                ]),
              ),
      }),
    ],
  ])("never gets better without %s", (_what, without) => {
    fc.assert(
      fc.property(arbitraryEvidence().filter(speaksFor), (evidence) => {
        expectNoBetter(assessModel(without(evidence)), assessModel(evidence));
      }),
      parameters,
    );
  });

  test("does not depend on the order of anything", () => {
    fc.assert(
      fc.property(arbitraryEvidence(), (evidence) => {
        const { lineage, reaching, probes } = evidence;
        const turned: ModelEvidence = {
          ...evidence,
          reaching: reaching.toReversed(),
          lineage:
            lineage === null
              ? null
              : {
                  ...lineage,
                  columns: lineage.columns
                    .toReversed()
                    .map((output) => ({ ...output, from: output.from.toReversed() })),
                  uses: lineage.uses.toReversed(),
                },
          probes:
            probes === null
              ? null
              : new Map(
                  [...probes].reverse().map(([table, results]) => [table, results.toReversed()]),
                ),
        };
        expect(assessModel(turned)).toEqual(assessModel(evidence));
      }),
      parameters,
    );
  });

  test("of no change is safe and 1", () => {
    fc.assert(
      fc.property(arbitraryEvidence(), (evidence) => {
        const { gate, score, terms, derived } = assessModel({ ...evidence, reaching: [] });
        expect({ gate, score, terms, derived }).toEqual({
          gate: "safe",
          score: 1,
          terms: [],
          derived: [],
        });
      }),
      parameters,
    );
  });

  test("is the worst of its terms, and every risk is a probability", () => {
    fc.assert(
      fc.property(arbitraryEvidence(), (evidence) => {
        const { gate, score, terms } = assessModel(evidence);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        for (const { verdict, risk } of terms) {
          expect(verdicts.indexOf(verdict)).toBeLessThanOrEqual(verdicts.indexOf(gate));
          expect(risk).toBeGreaterThanOrEqual(0);
          expect(risk).toBeLessThanOrEqual(1);
        }
        if (gate === "corrupts") expect(score).toBeLessThan(0.3);
      }),
      parameters,
    );
  });

  test("corrupts wherever a column of another meaning is a key and no row was looked at", () => {
    const meanings = new Set(["narrowed", "retyped", "format"]);
    fc.assert(
      fc.property(arbitraryEvidence(), (evidence) => {
        const unproven = { ...evidence, probes: null };
        const isKey = evidence.reaching.some(
          ({ table, change }) =>
            meanings.has(change.kind) &&
            (evidence.lineage === null ||
              evidence.lineage.uses.some(
                (use) =>
                  use.table === table &&
                  use.column === change.column &&
                  ["join", "not_in", "group", "distinct", "partition"].includes(use.context),
              )),
        );
        if (isKey) expect(assessModel(unproven).gate).toBe("corrupts");
      }),
      parameters,
    );
  });

  test("loses no change: each has a term, or a proof that it ends, or goes on", () => {
    fc.assert(
      fc.property(arbitraryEvidence(), (evidence) => {
        const { terms, stops } = assessModel(evidence);
        for (const { change } of evidence.reaching) {
          const isSeen = [...terms, ...stops].some((one) => one.change === change);
          const isEqual = [...terms, ...stops].some(
            (one) => JSON.stringify(one.change) === JSON.stringify(change),
          );
          expect(isSeen || isEqual).toBe(true);
        }
      }),
      parameters,
    );
  });
});
