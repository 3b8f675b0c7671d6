import { describe, expect, test } from "vitest";
import { schemaFixture } from "../../../test/support/schema-fixture.ts";
import type { ObservedSchema } from "./observed-schema.ts";
import { openDrift } from "./open-drift.ts";
import { recordShapes, versionsMax } from "./record-shapes.ts";
import type { SchemaHistory } from "./schema-history.ts";

const { csv, json } = schemaFixture;

function record(
  history: SchemaHistory | null,
  shapes: readonly ObservedSchema[],
  keep: readonly string[] = [],
): SchemaHistory {
  const options = { at: 1_000, run: "run-1", keep: new Set(keep) };
  const recorded = recordShapes(history, "daily", shapes, options);
  if (recorded === null) throw new Error("Nothing was recorded");
  return recorded;
}

function open(history: SchemaHistory, at = 0) {
  return openDrift(history, history.versions[at]?.version.id ?? "").map((change) =>
    change.kind === "renamed"
      ? `${change.column} -> ${change.to} (${change.confidence})`
      : `${change.column} ${change.kind}`,
  );
}

const columns = (names: readonly string[], type = "BIGINT", rows = 5_000) =>
  csv(
    names.map((name) => [name, type]),
    rows,
  );

describe("recordShapes", () => {
  test("nothing that arrives is nothing to remember", () => {
    expect(recordShapes(null, "daily", [], { at: 1, run: null })).toBeNull();
    const history = record(null, [columns(["a", "b"])]);
    expect(record(history, [])).toBe(history);
    expect(record(history, [columns(["a", "b"])])).toBe(history);
  });

  test("each step is a drift with what came before, and where it was seen", () => {
    const first = columns(["id", "amount"]);
    const second = { ...columns(["id", "amount", "note"]), origin: "day-2.csv" };
    const history = record(null, [first, first, second, second]);
    expect(history.versions.map(({ at, run }) => ({ at, run }))).toEqual([
      { at: 1_000, run: "run-1" },
      { at: 1_000, run: "run-1" },
    ]);
    expect(history.drifts).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        source: "daily",
        from: history.versions[0]?.version.id,
        to: history.versions[1]?.version.id,
        at: 1_000,
        run: "run-1",
        origin: "day-2.csv",
        changes: [{ kind: "added", column: "note", type: "BIGINT", nullable: true, position: 2 }],
      },
    ]);
  });

  test("a silent widening replaces the last version, under its id", () => {
    const history = record(null, [columns(["a"], "NULL")]);
    const refined = record(history, [columns(["a"], "DATE")]);
    expect(refined.drifts).toEqual([]);
    expect(refined.versions.map(({ version }) => version.columns[0]?.type)).toEqual(["DATE"]);
    expect(refined.versions[0]?.version.id).toBe(history.versions[0]?.version.id);
    expect(open(refined)).toEqual([]);
  });

  test("keeps a bounded number of versions, and those that are still read", () => {
    const shapes = Array.from({ length: 3 * versionsMax }, (_, at) =>
      columns(["id", at % 2 === 0 ? `even ${at}` : `odd ${at}`]),
    );
    const first = record(null, shapes.slice(0, 1));
    const kept = first.versions[0]?.version.id ?? "";
    const history = record(first, shapes.slice(1), [kept]);
    expect(history.versions).toHaveLength(versionsMax + 1);
    expect(history.drifts).toHaveLength(versionsMax - 1);
    expect(history.versions[0]?.version.id).toBe(kept);
    expect(open(history)).toEqual(["even 0 dropped", `odd ${3 * versionsMax - 1} added`]);
    expect(open(history, 2)).toHaveLength(2);
  });
});

describe("openDrift", () => {
  test("of the last version is empty", () => {
    expect(open(record(null, [columns(["a", "b"])]))).toEqual([]);
  });

  test("composes renames, and multiplies how sure they are", () => {
    const history = record(null, [
      columns(["id", "qty", "x"]),
      columns(["id", "quantity", "x"]),
      columns(["id", "quantity", "x", "note"]),
      columns(["id", "Quantities", "x", "note"]),
    ]);
    expect(history.drifts.map(({ changes }) => changes.map(({ kind }) => kind))).toEqual([
      ["renamed"],
      ["added"],
      ["renamed"],
    ]);
    const [first, , last] = history.drifts;
    const sure = [first, last].map((drift) => {
      const change = drift?.changes[0];
      return change?.kind === "renamed" ? change.confidence : 0;
    });
    const product = Math.round((sure[0] ?? 0) * (sure[1] ?? 0) * 1000) / 1000;
    expect(open(history)).toEqual([`qty -> Quantities (${product})`, "note added"]);
  });

  test("what is undone is no change", () => {
    const shapes = [
      columns(["id", "amount", "note"]),
      columns(["id", "amount"]),
      columns(["id", "amount", "note", "more"]),
    ];
    expect(open(record(null, shapes))).toEqual(["more added"]);
    const back = record(null, [...shapes.slice(0, 2), ...shapes.slice(0, 1)]);
    expect(back.versions).toHaveLength(3);
    expect(open(back)).toEqual([]);
    expect(open(back, 1)).toEqual(["note added"]);
  });

  test("a column that comes back as another type is one that changed", () => {
    const history = record(null, [
      csv([
        ["id", "BIGINT"],
        ["x", "BIGINT"],
      ]),
      csv([["id", "BIGINT"]]),
      csv([
        ["id", "BIGINT"],
        ["x", "VARCHAR"],
      ]),
    ]);
    expect(open(history)).toEqual(["x retyped"]);
  });

  test("a name that another column takes over is not the old column", () => {
    const history = record(null, [
      csv([
        ["id", "BIGINT"],
        ["order date", "DATE"],
        ["k", "BIGINT"],
      ]),
      csv([
        ["id", "BIGINT"],
        ["order_date", "DATE"],
        ["k", "BIGINT"],
      ]),
      csv([
        ["id", "BIGINT"],
        ["order_date", "DATE"],
        ["k", "BIGINT"],
        ["order date", "VARCHAR"],
      ]),
    ]);
    expect(open(history)).toEqual([
      expect.stringMatching(/^order date -> order_date/),
      "order date added",
    ]);
  });

  test("what widened in silence between two steps is no change", () => {
    const history = record(null, [
      csv(
        [
          ["id", "BIGINT"],
          ["x", "BIGINT"],
        ],
        10,
      ),
      csv(
        [
          ["id", "BIGINT"],
          ["x", "BIGINT"],
          ["y", "DATE"],
        ],
        10,
      ),
      csv(
        [
          ["id", "BIGINT"],
          ["x", "DOUBLE"],
          ["y", "DATE"],
        ],
        10,
      ),
    ]);
    expect(history.versions).toHaveLength(2);
    expect(open(history)).toEqual(["y added"]);
  });

  test("the order of JSON stays out of it", () => {
    const history = record(null, [
      json([
        ["a", "BIGINT"],
        ["b", "BIGINT"],
      ]),
      json([
        ["c", "DATE"],
        ["b", "BIGINT"],
        ["a", "BIGINT"],
      ]),
    ]);
    expect(open(history)).toEqual(["c added"]);
  });
});
