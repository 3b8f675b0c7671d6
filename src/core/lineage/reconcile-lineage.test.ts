import { describe, expect, test } from "vitest";
import type { QueryLineage } from "./query-lineage.ts";
import { opaqueUse, reconcileLineage } from "./reconcile-lineage.ts";

const nothing: QueryLineage = { columns: [], uses: [], unresolved: [] };
const ofA: QueryLineage = {
  ...nothing,
  columns: [{ name: "a", from: [{ table: "raw.t", column: "a", how: "identity", absorbs: [] }] }],
};

describe("lineage joined with what the engine reads", () => {
  test("what the engine reads and the text does not explain is opaque", () => {
    const scans = [
      { table: "raw.t", column: "a" },
      { table: "raw.t", column: "b" },
      { table: "raw.u", column: "*" },
    ];
    expect(reconcileLineage(ofA, scans).uses).toEqual([
      opaqueUse("raw.t", "b"),
      opaqueUse("raw.u", "*"),
    ]);
  });

  test("what only the text has stays, and names compare without case", () => {
    expect(reconcileLineage(ofA, [{ table: "RAW.T", column: "A" }])).toBe(ofA);
    expect(reconcileLineage(ofA, [])).toBe(ofA);
  });

  test("a table that is opaque as a whole needs no use of its columns", () => {
    const opaque = { ...nothing, uses: [opaqueUse("raw.t", "*")] };
    expect(reconcileLineage(opaque, [{ table: "raw.t", column: "b" }])).toBe(opaque);
  });

  test("a star explains no column that it did not bring", () => {
    const starred: QueryLineage = {
      ...ofA,
      uses: [{ ...opaqueUse("raw.t", "*"), context: "star" }],
    };
    const { uses } = reconcileLineage(starred, [{ table: "raw.t", column: "b" }]);
    expect(uses).toContainEqual(opaqueUse("raw.t", "b"));
  });
});
