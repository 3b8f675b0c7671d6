import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";
import { buildOf, gateOf, loadOf, manifestOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const flights = join(repositoryFolder, "node_modules/vega-datasets/data/flights-3m.parquet");
const flightColumns =
  "date TIMESTAMP, delay BIGINT, distance BIGINT, origin VARCHAR, destination VARCHAR";

/** What transforms and queries promise. */
export function buildContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  test("a transform builds, repeats nothing, and builds again when an older code comes back", async () => {
    const one = buildOf("m", "SELECT 1 AS a");
    const two = buildOf("m", "SELECT 2 AS a", { materialize: "view" });
    expect(await scene.warehouse.transform(one, never())).toMatchObject({
      isRepeat: false,
      rows: 1,
    });
    expect(await scene.warehouse.transform(one, never())).toMatchObject({
      isRepeat: true,
      rows: 1,
    });
    expect(await scene.warehouse.transform(two, never())).toMatchObject({ isRepeat: false });
    expect(await scene.warehouse.transform(one, never())).toMatchObject({ isRepeat: false });
    expect(await rowsOf("FROM main.m")).toEqual([[1]]);
    expect(await rowsOf("SELECT list(seq ORDER BY seq) FROM _sluice.loads")).toEqual([[[1, 2, 3]]]);
  });

  test("models make the schema that they name, also several at once", async () => {
    const models = Array.from({ length: 6 }, (_, index) =>
      buildOf(`m${index}`, `SELECT ${index} AS a`, {
        target: { schema: "mart x", name: `m${index}` },
      }),
    );
    await Promise.all(models.map((request) => scene.warehouse.transform(request, never())));
    expect(await rowsOf('FROM "mart x".m5')).toEqual([[5]]);
    expect((await scene.warehouse.outputs()).size).toBe(6);
  });

  test("a transform whose gate does not hold leaves the old output", async () => {
    await scene.warehouse.transform(buildOf("m", "SELECT 1 AS a"), never());
    const gates = [gateOf("small", { kind: "expression", sql: "a < 2" })];
    await expect(
      scene.warehouse.transform(buildOf("m", "SELECT 2 AS a", { gates }), never()),
    ).rejects.toMatchObject({ code: "GATE_FAILED" });
    expect(await rowsOf("FROM main.m")).toEqual([[1]]);
  });

  test("a transform reads inputs that never arrived as empty", async () => {
    const emptyInputs = [
      {
        table: { schema: "raw", name: "late" },
        columns: [{ name: "id", type: "BIGINT", nullable: true }],
      },
    ];
    const request = buildOf("m", "SELECT count(*) AS n FROM raw.late", { emptyInputs });
    await scene.warehouse.transform(request, never());
    expect(await rowsOf("FROM main.m")).toEqual([[0]]);
    await load(loadOf(staged("late", "id\n1\n", "id BIGINT")));
  });

  test.each([
    "SELECT nope FROM raw.nothing",
    "SELECT 1; SELECT 2",
    "DROP TABLE raw.a",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM query('SELECT 1')",
    "SELECT CAST('x' AS INTEGER) AS a",
  ])("a model that cannot be is refused by name: %s", async (sql) => {
    await expect(scene.warehouse.transform(buildOf("broken", sql), never())).rejects.toMatchObject({
      code: "STATEMENT_INVALID",
      message: expect.stringContaining("broken"),
    });
    expect((await scene.warehouse.outputs()).size).toBe(0);
  });

  test("queries are bounded and can only read", async () => {
    await load(loadOf(staged("a", "id\n1\n2\n3\n", "id BIGINT")));
    expect(await scene.warehouse.query("SELECT id FROM raw.a ORDER BY id DESC", 2)).toEqual({
      columns: ["id"],
      rows: [[3], [2]],
      isTruncated: true,
    });
    expect(await scene.warehouse.sample({ schema: "raw", name: "a" }, 5)).toMatchObject({
      isTruncated: false,
    });
    for (const sql of ["DELETE FROM raw.a", "COPY raw.a TO 'x'", "SELECT 1; DROP TABLE raw.a"]) {
      await expect(scene.warehouse.query(sql, 1)).rejects.toMatchObject({
        code: "STATEMENT_INVALID",
      });
    }
  });

  test("measures conditions on a table as it stands", async () => {
    await load(loadOf(staged("a", 'id\n1\n1\n""\n', "id BIGINT")));
    const gates = [
      gateOf("u", { kind: "unique", columns: ["id"] }, "warn"),
      gateOf("c", { kind: "row_count", min: 5, max: null }),
    ];
    const table = { schema: "raw", name: "a" };
    expect(await scene.warehouse.measure(table, gates, never())).toEqual({
      rows: 3,
      measurements: [
        { gate: "u", rows: 3, failing: 2, onFail: "warn" },
        { gate: "c", rows: 3, failing: 1, onFail: "fail" },
      ],
    });
  });

  test("a fired signal ends a load and a transform with nothing half done", async () => {
    const manifest = manifestOf("f", [flights], {
      format: { type: "parquet" },
      columns: flightColumns,
    });
    const slow =
      "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1";
    const controller = new AbortController();
    const both = [
      scene.warehouse.load([loadOf(manifest)], controller.signal),
      scene.warehouse.transform(buildOf("slow", slow), controller.signal),
    ];
    setTimeout(() => controller.abort(), 100);
    for (const ended of await Promise.allSettled(both)) {
      expect(ended).toMatchObject({ status: "rejected", reason: { code: "CANCELLED" } });
    }
    expect(await scene.warehouse.outputs()).toEqual(new Map());
    expect(await load(loadOf(manifest))).toMatchObject({ rowsInserted: 3_000_000 });
  });

  test("loads and transforms run side by side, also on one target", async () => {
    const sources = Array.from({ length: 12 }, (_, index) =>
      loadOf(staged(`s${index % 6}`, `id,v\n1,${index}\n`, "id BIGINT, v BIGINT"), {
        strategy: "append",
      }),
    );
    const models = Array.from({ length: 8 }, (_, index) =>
      buildOf(`m${index % 4}`, `SELECT count(*) + ${index} AS n FROM range(100000)`),
    );
    await Promise.all([
      ...sources.map((request) => load(request)),
      ...models.map((request) => scene.warehouse.transform(request, never())),
    ]);
    expect(await rowsOf("SELECT count(*) FROM _sluice.loads")).toEqual([[20]]);
    expect(await rowsOf("SELECT count(*) FROM raw.s0")).toEqual([[2]]);
  });

  test("what was committed is there after closing and opening again", async () => {
    const request = loadOf(staged("a", "id\n1\n", "id BIGINT"), { strategy: "append" });
    await load(request);
    const before = await scene.warehouse.outputs();
    await scene.warehouse.checkpoint();
    await scene.reopen();
    expect(await scene.warehouse.outputs()).toEqual(before);
    expect((await load(request)).isRepeat).toBe(true);
  });
}
