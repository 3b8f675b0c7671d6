import { expect, test } from "vitest";
import type { Manifest } from "../../src/ports/staging.ts";
import { loadingOf, reading } from "./reading.ts";
import { gateOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What replacing partitions promises. */
export function partitionContract(scene: WarehouseScene): void {
  const { load, rowsOf } = scene;
  const loading = loadingOf({ partitionBy: ["d"] });
  const increment = { read: { scope: "increment" } } as const;
  const rows = () => rowsOf("SELECT d, id, v FROM raw.p ORDER BY ALL");
  const columns = "d DATE, id BIGINT, v VARCHAR";

  test("an increment replaces the partitions of its rows, also that of NULL, and no other", async () => {
    const read = reading(scene, "p", { columns, options: { strategy: "partition", loading } });
    await load(read("d,id,v\n2024-01-01,1,a\n2024-01-01,2,a\n2024-01-02,3,a\n,4,a\n"));
    const outcome = await load(read("d,id,v\n2024-01-01,2,b\n,5,b\n", increment));
    expect(outcome).toMatchObject({ rowsInserted: 2, rowsReplaced: 3, rowsDeleted: 0 });
    expect(await rows()).toEqual([
      ["2024-01-01", 2, "b"],
      ["2024-01-02", 3, "a"],
      [null, 5, "b"],
    ]);
  });

  test("a complete read replaces every partition, also those that it no longer has", async () => {
    const read = reading(scene, "p", { columns, options: { strategy: "partition", loading } });
    await load(read("d,id,v\n2024-01-01,1,a\n2024-01-02,3,a\n"));
    expect(await load(read("d,id,v\n2024-01-02,4,b\n"))).toMatchObject({ rowsReplaced: 2 });
    expect(await rows()).toEqual([["2024-01-02", 4, "b"]]);
  });

  test("a row with a key that moves to another partition leaves the one that it was in", async () => {
    const options = { strategy: "partition", loading, key: ["id"] } as const;
    const read = reading(scene, "p", { columns, options });
    await load(read("d,id,v\n2024-01-01,1,a\n2024-01-01,2,a\n"));
    await load(read("d,id,v\n2024-01-02,1,b\n", increment));
    expect(await rows()).toEqual([
      ["2024-01-01", 2, "a"],
      ["2024-01-02", 1, "b"],
    ]);
  });

  test("a partition whose rows are all set aside is empty, and is set aside once", async () => {
    const gates = [gateOf("v", { kind: "not_null", column: "v" }, "quarantine")];
    const options = { strategy: "partition", loading, gates } as const;
    const read = reading(scene, "p", { columns, options });
    await load(read("d,id,v\n2024-01-01,1,a\n2024-01-02,2,\n2024-01-02,x,y\n"));
    await load(read("d,id,v\n2024-01-01,1,\n2024-01-02,3,\n", increment));
    expect(await rows()).toEqual([]);
    expect(await rowsOf("SELECT d, id, v FROM quarantine.p ORDER BY ALL")).toEqual([
      ["2024-01-01", 1, null],
      ["2024-01-02", 3, null],
    ]);
  });

  test("files that are partitions go with their rows, also when nothing comes in their place", async () => {
    const named = (read: Partial<Manifest>, names: readonly string[]) => (manifest: Manifest) => ({
      ...manifest,
      ...read,
      fileColumn: "d",
      files: manifest.files.map((file, at) => ({ ...file, name: names[at] ?? null })),
    });
    const options = { strategy: "partition", loading } as const;
    const read = reading(scene, "p", { columns: "id BIGINT, v VARCHAR, d VARCHAR", options });
    const one = read("id,v\n1,a\n");
    await load({ ...one, manifest: named({}, ["a.csv"])(one.manifest) });
    const two = read("id,v\n2,b\n");
    const next = { scope: "increment", replaces: ["a.csv"] } as const;
    await load({ ...two, manifest: named(next, ["b.csv"])(two.manifest) });
    expect(await rows()).toEqual([["b.csv", 2, "b"]]);
  });

  test("a partitioned table gains columns and wider types, and other strategies go over", async () => {
    const options = { strategy: "partition", loading: loadingOf({ partitionBy: ["id"] }) } as const;
    const read = reading(scene, "p", { columns: "id BIGINT, v BIGINT", options });
    await load(read("id,v\n1,1\n", { strategy: "merge", key: ["id"] }));
    await load(read("id,v\n1,2\n2,2\n"));
    const wide = reading(scene, "p", {
      columns: "id BIGINT, v DOUBLE, w VARCHAR",
      options,
      after: 5,
    });
    await load(wide("id,v,w\n2,2.5,x\n", increment));
    expect(await rowsOf("SELECT id, v, w FROM raw.p ORDER BY id")).toEqual([
      [1, 2, null],
      [2, 2.5, "x"],
    ]);
  });

  test("a partition by a column that did not come is refused", async () => {
    const read = reading(scene, "p", {
      columns: "id BIGINT",
      options: { strategy: "partition", loading },
    });
    await expect(load(read("id\n1\n"))).rejects.toMatchObject({ code: "SCHEMA_INCOMPATIBLE" });
  });
}
