import { expect, test } from "vitest";
import type { LoadRequest } from "../../src/ports/warehouse.ts";
import { day, loadingOf, reading } from "./reading.ts";
import { gateOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** How rows leave that a source has no more, and how rows that were set aside come back. */
export function deletesContract(scene: WarehouseScene): void {
  leavingContract(scene);
  releaseContract(scene);
}

function leavingContract(scene: WarehouseScene): void {
  const { load, rowsOf } = scene;
  const comparison = loadingOf({ deletes: { by: "comparison", maxShare: 0.5 } });

  test.each(["merge", "history"] as const)(
    "keys that a complete read has no more go, those of rows that cannot be loaded stay: %s",
    async (strategy) => {
      const gates = [
        gateOf("known", { kind: "accepted_values", column: "v", values: ["a", "b"] }, "quarantine"),
      ];
      const options = { strategy, key: ["id"], loading: comparison, gates };
      const read = reading(scene, "d", { columns: "id BIGINT, v VARCHAR, n BIGINT", options });
      await load(read("id,v,n\n1,a,1\n2,a,1\n3,a,1\n4,a,1\n"));
      const current = async () => {
        const where = strategy === "history" ? "WHERE _is_current" : "";
        return (await rowsOf(`SELECT id FROM raw.d ${where} ORDER BY id`)).flat();
      };
      const second = await load(read("id,v,n\n1,a,1\n2,z,1\n3,a,x\n"));
      expect(second).toMatchObject({ rowsDeleted: 1, rowsQuarantined: 2 });
      expect(await current()).toEqual([1, 2, 3]);
      // An increment says nothing of what it does not have.
      await load(read("id,v,n\n1,b,1\n", { read: { scope: "increment" } }));
      expect(await current()).toEqual([1, 2, 3]);
      // A line that cannot be told by its key may be any of them.
      await load(read("id,v,n\n1,a,1\nx,a,1\n"));
      expect(await current()).toEqual([1, 2, 3]);
      await expect(load(read("id,v,n\n1,a,1\n"))).rejects.toMatchObject({
        code: "DELETES_REFUSED",
      });
      await expect(load(read("id,v,n\n"))).rejects.toMatchObject({ code: "DELETES_REFUSED" });
      expect(await current()).toEqual([1, 2, 3]);
      await load(read("id,v,n\n1,a,1\n2,a,1\n3,a,1\n4,a,1\n"));
      expect(await current()).toEqual([1, 2, 3, 4]);
    },
  );

  test("a key that is gone and back has versions with a gap, also when its row is of before", async () => {
    const loading = loadingOf({ ...comparison, eventTime: "t" });
    const options = { strategy: "history", key: ["id"], loading } as const;
    const read = reading(scene, "d", { columns: "id BIGINT, v VARCHAR, t TIMESTAMP", options });
    const all = "id,v,t\n1,a,2023-12-01\n2,a,2023-12-01\n";
    await load(read(all));
    await load(read("id,v,t\n1,a,2023-12-01\n"));
    await load(read(all));
    await load(read(all));
    expect(
      await rowsOf(
        "SELECT id, strftime(_valid_from, '%m-%d'), strftime(_valid_to, '%m-%d') FROM raw.d ORDER BY ALL",
      ),
    ).toEqual([
      [1, "12-01", null],
      [2, "01-03", null],
      [2, "12-01", "01-02"],
    ]);
  });

  test.each([
    { type: "BOOLEAN", value: null, marks: ["true", "false", ""] },
    { type: "TIMESTAMP", value: null, marks: ["2024-01-01", "", ""] },
    { type: "VARCHAR", value: "D", marks: ["D", "I", ""] },
    { type: "BIGINT", value: 1, marks: ["1", "0", ""] },
    { type: "VARCHAR", value: true, marks: ["true", "false", ""] },
  ])("a row that a column marks as deleted takes its key away: $type $value", async (given) => {
    const { type, value, marks } = given;
    const deletes = { by: "column", column: "gone", value } as const;
    for (const strategy of ["merge", "history"] as const) {
      const options = { strategy, key: ["id"], loading: loadingOf({ deletes }) };
      const read = reading(scene, strategy, {
        columns: `id BIGINT, v VARCHAR, gone ${type}`,
        options,
      });
      await load(read("id,v,gone\n1,a,\n2,a,\n3,a,\n"));
      const increment = { read: { scope: "increment" } } as const;
      const lines = marks.map((mark, at) => `${at + 1},b,${mark}`);
      const outcome = await load(read(`id,v,gone\n${lines.join("\n")}\n`, increment));
      expect(outcome).toMatchObject({ rowsDeleted: 1, rowsStaged: 3 });
      const where = strategy === "history" ? "WHERE _is_current" : "";
      expect(await rowsOf(`SELECT id, v FROM raw.${strategy} ${where} ORDER BY id`)).toEqual([
        [2, "b"],
        [3, "b"],
      ]);
      await load(read("id,v,gone\n1,c,\n", increment));
      expect(await rowsOf(`SELECT v FROM raw.${strategy} ${where} ORDER BY id`)).toEqual([
        ["c"],
        ["b"],
        ["b"],
      ]);
    }
  });
}

function releaseContract(scene: WarehouseScene): void {
  const { load, rowsOf } = scene;
  const gates = [gateOf("v", { kind: "not_null", column: "v" }, "quarantine")];
  const release = (request: LoadRequest) => {
    const { source, target, strategy, key, loading } = request;
    const of = { source, target, strategy, key, loading };
    const by = { by: "ann", at: day(20), epoch: 1 };
    return scene.warehouse.release({ ...of, ...by, gates: [] }, new AbortController().signal);
  };

  test("a row of a history that is released holds from when it was set aside", async () => {
    const options = { strategy: "history", key: ["id"], gates } as const;
    const read = reading(scene, "h", { columns: "id BIGINT, v VARCHAR", options });
    await load(read("id,v\n1,a\n2,a\n"));
    await load(read("id,v\n1,\n"));
    const last = read("id,v\n1,c\n");
    await load(last);
    expect(await release(last)).toMatchObject({ rowsReleased: 1, rowsKept: 0 });
    expect(
      await rowsOf(
        "SELECT id, v, strftime(_valid_from, '%d'), strftime(_valid_to, '%d') FROM raw.h ORDER BY ALL",
      ),
    ).toEqual([
      [1, "a", "01", "02"],
      [1, "c", "03", null],
      [1, null, "02", "03"],
      [2, "a", "01", null],
    ]);
  });

  test("a row of a history is released at its own time, and one without stays", async () => {
    const loading = loadingOf({
      eventTime: "t",
      deletes: { by: "column", column: "gone", value: null },
    });
    const options = { strategy: "history", key: ["id"], gates, loading } as const;
    const columns = "id BIGINT, v VARCHAR, t TIMESTAMP, gone BOOLEAN";
    const read = reading(scene, "h", { columns, options });
    const first = read("id,v,t,gone\n1,a,2024-01-01,\n1,,2024-01-05,\n1,b,,\n,b,2024-01-06,\n");
    await load(first);
    expect(await release(first)).toMatchObject({ rowsReleased: 1, rowsKept: 2 });
    expect(
      await rowsOf("SELECT v, strftime(_valid_from, '%d'), _is_current FROM raw.h ORDER BY 2"),
    ).toEqual([
      ["a", "01", false],
      [null, "05", true],
    ]);
    expect(await rowsOf("SELECT _reason FROM quarantine.h ORDER BY 1")).toEqual([
      ["event_time"],
      ["key"],
    ]);
  });

  test("a row of a partition is released into it", async () => {
    const loading = loadingOf({ partitionBy: ["d"] });
    const options = { strategy: "partition", loading, gates } as const;
    const read = reading(scene, "p", { columns: "d BIGINT, v VARCHAR", options });
    const first = read("d,v\n1,a\n2,\n");
    await load(first);
    expect(await release(first)).toMatchObject({ rowsReleased: 1, rowsKept: 0 });
    expect(await rowsOf("SELECT d, v FROM raw.p ORDER BY d")).toEqual([
      [1, "a"],
      [2, null],
    ]);
  });
}
