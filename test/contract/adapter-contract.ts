import { expect, test } from "vitest";
import type { AdaptedColumn } from "../../src/core/routes/route.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { TransformRequest } from "../../src/ports/warehouse.ts";
import { buildOf, loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const append = { strategy: "append" } as const;

function columnOf(name: string, type: string, options: Partial<AdaptedColumn> = {}): AdaptedColumn {
  return { name, type, from: [name], isCast: false, isTainted: false, ...options };
}

function adapterOf(
  source: string,
  columns: readonly AdaptedColumn[],
): TransformRequest["adapters"][number] {
  return {
    adapter: { source, version: hashOf(columns), columns },
    table: { schema: "raw", name: source },
    view: { schema: "adapted", name: `${source}_${hashOf(columns).slice(0, 12)}` },
  };
}

/** How models read tables in the shape of an earlier version. */
export function adapterContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  const renamed = async () => {
    await load(
      loadOf(staged("o", "id,old,v\n1,x,3\n", "id BIGINT, old VARCHAR, v BIGINT"), append),
    );
    await load(
      loadOf(staged("o", "id,new,v\n2,y,3.5\n3,z,4\n", "id BIGINT, new VARCHAR, v DOUBLE"), append),
    );
    return adapterOf("o", [
      columnOf("id", "BIGINT"),
      columnOf("old", "VARCHAR", { from: ["new", "old"] }),
      columnOf("v", "BIGINT", { isCast: true }),
      columnOf("gone", "DATE", { from: ["gone"], isTainted: true }),
    ]);
  };

  test.each(["table", "view"] as const)(
    "a model runs unchanged on a table of another shape: %s",
    async (materialize) => {
      const adapters = [await renamed()];
      const sql = "SELECT o.id, old, raw.o.v, gone FROM raw.o ORDER BY o.id";
      const request = buildOf("m", sql, { materialize, adapters });
      expect(await scene.warehouse.transform(request, never())).toMatchObject({ rows: 3 });
      expect(await rowsOf("FROM main.m ORDER BY id")).toEqual([
        [1, "x", 3, null],
        [2, "y", null, null],
        [3, "z", 4, null],
      ]);
      expect(await scene.warehouse.transform(request, never())).toMatchObject({ isRepeat: true });
      await load(
        loadOf(staged("o", "id,new,v\n9,q,n/a\n", "id BIGINT, new VARCHAR, v VARCHAR"), append),
      );
      const again = { ...request, fingerprint: hashOf("again") };
      await scene.warehouse.transform(again, never());
      expect(await rowsOf("SELECT old, v FROM main.m WHERE id IN (3, 9) ORDER BY id")).toEqual([
        ["z", 4],
        ["q", null],
      ]);
    },
  );

  test("the columns that Sluice keeps beside the source's are there as in the table", async () => {
    const adapters = [await renamed()];
    const sql = "SELECT count(_load_id) AS n, count(DISTINCT _loaded_at) AS t FROM raw.o";
    await scene.warehouse.transform(buildOf("m", sql, { adapters }), never());
    expect(await rowsOf("FROM main.m")).toEqual([[3, 1]]);
  });

  test.each([
    ["SELECT sum(id) FROM raw.o", 6],
    ['SELECT sum(ö.id) FROM /* é raw.o */ "RAW" . "O" AS ö', 6],
    ["SELECT 'raw.o ✓' AS t, sum(id) FROM raw.o GROUP BY ALL", "raw.o ✓"],
    ["WITH o AS (SELECT 10 AS id) SELECT sum(o.id + x.id) FROM o, raw.o AS x", 36],
    ["WITH t AS (SELECT * FROM warehouse.raw.o) SELECT count(gone) + sum(id) FROM t", 6],
    ["SELECT sum(id) FROM main.o", 100],
    [
      "SELECT sum(a.id) FROM raw.o a JOIN raw.o b USING (id) WHERE a.id IN (SELECT id FROM raw.o)",
      6,
    ],
    ["SELECT sum(warehouse.raw.o.id) FROM raw.o", 6],
    ["SELECT (SELECT max(old) FROM raw.o WHERE raw.o.id < 3) AS m", "y"],
    ["FROM raw.o SELECT sum(COLUMNS('^id$'))", 6],
    ["SELECT count(*) FROM raw.o TABLESAMPLE 100%", 3],
    ["SELECT sum(n) FROM raw.o t(n, b)", 6],
    ["SELECT sum(x) FROM (PIVOT raw.o ON old IN ('x', 'y') USING sum(id))", 1],
    ["SELECT list_transform(list(id ORDER BY id), lambda e: e + 1)[1] FROM raw.o", 2],
  ])("only the table's own references are turned: %s", async (sql, first) => {
    const adapters = [await renamed()];
    await scene.warehouse.transform(buildOf("o", "SELECT 100 AS id"), never());
    await scene.warehouse.transform(buildOf("m", sql, { adapters }), never());
    const [row = []] = await rowsOf("FROM main.m");
    expect(row[0]).toEqual(first);
  });

  test("several models make the same view at once", async () => {
    const adapters = [await renamed()];
    const builds = Array.from({ length: 6 }, (_, index) =>
      scene.warehouse.transform(
        buildOf(`m${index}`, `SELECT old, ${index} AS n FROM raw.o`, { adapters }),
        never(),
      ),
    );
    expect((await Promise.all(builds)).map(({ rows }) => rows)).toEqual([3, 3, 3, 3, 3, 3]);
  });
}
