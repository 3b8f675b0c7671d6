import { expect, test } from "vitest";
import { plainLoading } from "../../src/core/project/load-options.ts";
import type { ReleaseRequest } from "../../src/ports/quarantine.ts";
import { gateOf, loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const append = { strategy: "append" } as const;
const at = Date.UTC(2024, 0, 5);

function releaseOf(source: string, options: Partial<ReleaseRequest> = {}): ReleaseRequest {
  const target = { schema: "raw", name: source };
  return {
    ...{
      source,
      target,
      strategy: "append",
      key: [],
      loading: plainLoading,
      gates: [],
      by: "ann",
      at,
      epoch: 1,
    },
    ...options,
  };
}

/** What becomes of rows that were set aside. */
export function quarantineContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;
  const release = (request: ReleaseRequest) => scene.warehouse.release(request, never());

  test("rows that do not fit are set aside with column, value, reason and run", async () => {
    await load(loadOf(staged("q", "id,v\n1,5\n2,x\n3,y\n4\n", "id BIGINT, v BIGINT"), append));
    expect(await scene.warehouse.quarantined()).toMatchObject([
      {
        source: "q",
        rows: 3,
        reasons: [
          { column: "v", reason: "is no BIGINT", rows: 2 },
          { column: null, reason: "Expected Number of Columns: 2 Found: 1", rows: 1 },
        ],
      },
    ]);
    const rows = await scene.warehouse.quarantinedRows("q", 10);
    expect(rows.find(({ value }) => value === "x")).toEqual({
      column: "v",
      value: "x",
      reason: "column v: x is no BIGINT",
      run: "run-1",
      at: Date.UTC(2024, 0, 2, 3, 4, 5),
      raw: '{"id":"2","v":"x"}',
    });
    expect(await scene.warehouse.quarantinedRows("q", 1)).toHaveLength(1);
    expect(await scene.warehouse.quarantinedRows("nobody", 1)).toEqual([]);
  });

  test("a release loads what fits now, once, and says why the rest stays", async () => {
    await load(loadOf(staged("q", "id,v\n1,5\n2,007x\n3,1.5\n4\n", "id BIGINT, v BIGINT"), append));
    expect(await release(releaseOf("q"))).toEqual({ source: "q", rowsReleased: 0, rowsKept: 3 });
    const before = (await scene.warehouse.outputs()).get("raw.q");
    expect(before).toMatchObject({ released: null, quarantinedRows: 3 });
    await load(loadOf(staged("q", "id,v\n9,2.5\n", "id BIGINT, v DOUBLE"), append));
    expect(await release(releaseOf("q"))).toEqual({ source: "q", rowsReleased: 1, rowsKept: 2 });
    const after = (await scene.warehouse.outputs()).get("raw.q");
    expect(after?.released).toMatch(/^[0-9a-f]{64}$/);
    await load(loadOf(staged("q", "id,v\n8,abc\n", "id BIGINT, v VARCHAR"), append));
    expect(await release(releaseOf("q"))).toEqual({ source: "q", rowsReleased: 1, rowsKept: 1 });
    expect(await release(releaseOf("q"))).toEqual({ source: "q", rowsReleased: 0, rowsKept: 1 });
    expect(await rowsOf("SELECT id, v FROM raw.q ORDER BY id")).toEqual([
      [1, "5.0"],
      [2, "007x"],
      [3, "1.5"],
      [8, "abc"],
      [9, "2.5"],
    ]);
    expect(await rowsOf("SELECT rows_released, released_by FROM _sluice.releases")).toHaveLength(2);
  });

  test("rows that a gate set aside are judged by the gates of today", async () => {
    const gates = [gateOf("small", { kind: "expression", sql: "v < 10" }, "quarantine")];
    const text = "id,v,d\n1,5,2020-01-01\n2,50,2020-01-02\n3,500,2020-01-03\n";
    await load(loadOf(staged("g", text, "id BIGINT, v BIGINT, d DATE"), { ...append, gates }));
    const [row] = await scene.warehouse.quarantinedRows("g", 1);
    expect(row).toMatchObject({ reason: "small", raw: expect.stringContaining('"v":500') });
    const today = [gateOf("small", { kind: "expression", sql: "v < 100" }, "fail")];
    expect(await release(releaseOf("g", { gates: today }))).toMatchObject({
      rowsReleased: 1,
      rowsKept: 1,
    });
    expect(await rowsOf("SELECT id, v, d FROM raw.g ORDER BY id")).toEqual([
      [1, 5, "2020-01-01"],
      [2, 50, "2020-01-02"],
    ]);
    expect((await scene.warehouse.outputs()).get("raw.g")).toMatchObject({ quarantinedRows: 1 });
    const whole = [gateOf("few", { kind: "row_count", min: null, max: 2 })];
    await expect(release(releaseOf("g", { gates: whole }))).rejects.toMatchObject({
      code: "GATE_FAILED",
    });
    expect(await scene.warehouse.quarantined()).toMatchObject([{ rows: 1 }]);
  });

  test("a merged row that was set aside does not undo what came after it", async () => {
    const merge = { strategy: "merge", key: ["id"] } as const;
    const columns = "id BIGINT, v BIGINT";
    await load(loadOf(staged("m", "id,v\n1,x\n2,y\n3,7\n", columns), merge));
    await load(loadOf(staged("m", "id,v\n1,8\n", columns), merge));
    await load(loadOf(staged("m", "id,v\n5,z\n", "id BIGINT, v VARCHAR"), merge));
    expect(await release(releaseOf("m", merge))).toMatchObject({ rowsReleased: 2, rowsKept: 0 });
    expect(await rowsOf("SELECT id, v FROM raw.m ORDER BY id")).toEqual([
      [1, "8"],
      [2, "y"],
      [3, "7"],
      [5, "z"],
    ]);
  });

  test("JSON rows are released with their parts", async () => {
    const format = { format: { type: "ndjson" } } as const;
    const columns = "id BIGINT, n BIGINT, o STRUCT(a BIGINT), l VARCHAR[]";
    const text =
      '{"id":1,"n":1,"o":{"a":1},"l":["x"]}\n{"id":2,"n":2.5,"o":{"a":2},"l":["y"]}\nbroken\n';
    await load(loadOf(staged("j", text, columns, format), append));
    await load(loadOf(staged("j", '{"id":3,"n":0.5}\n', "id BIGINT, n DOUBLE", format), append));
    expect(await release(releaseOf("j"))).toMatchObject({ rowsReleased: 1, rowsKept: 1 });
    expect(await rowsOf("SELECT n, o, l FROM raw.j WHERE id = 2")).toEqual([
      [2.5, { a: 2 }, ["y"]],
    ]);
  });

  test("columns of a source that are called as Sluice's own lose nothing", async () => {
    const gates = [gateOf("small", { kind: "expression", sql: "id < 2" }, "quarantine")];
    const columns = "id BIGINT, _value BIGINT, _column VARCHAR";
    await load(
      loadOf(staged("i", "id,_value,_column\n1,5,a\n2,6,b\n", columns), { ...append, gates }),
    );
    expect(await release(releaseOf("i"))).toMatchObject({ rowsReleased: 1 });
    expect(await rowsOf("SELECT _value, _column FROM raw.i ORDER BY id")).toEqual([
      [5, "a"],
      [6, "b"],
    ]);
  });
}
