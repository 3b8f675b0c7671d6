import { expect, test } from "vitest";
import { hashOf } from "../../src/core/std/hash.ts";
import { day, loadingOf, reading } from "./reading.ts";
import { gateOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What keeping versions promises. */
export function historyContract(scene: WarehouseScene): void {
  const { load, rowsOf } = scene;
  const columns = "id BIGINT, v VARCHAR, t TIMESTAMP";
  const versions = () =>
    rowsOf(
      "SELECT id, v, strftime(_valid_from, '%d'), strftime(_valid_to, '%d'), _is_current FROM raw.h ORDER BY ALL",
    );

  test("a version ends where the next one of its key begins, at the cycle's instant", async () => {
    const options = { strategy: "history", key: ["id"] } as const;
    const read = reading(scene, "h", { columns: "id BIGINT, v VARCHAR", options });
    expect(await load(read("id,v\n1,a\n2,a\n3,\n"))).toMatchObject({ rowsInserted: 3 });
    const second = await load(read("id,v\n1,b\n2,a\n3,\n,x\n1,c\n"));
    expect(second).toMatchObject({
      rowsStaged: 5,
      rowsInserted: 1,
      rowsUpdated: 0,
      rowsSuperseded: 1,
      rowsQuarantined: 1,
    });
    await load(read("id,v\n3,x\n"));
    expect(await versions()).toEqual([
      [1, "a", "01", "02", false],
      [1, "c", "02", null, true],
      [2, "a", "01", null, true],
      [3, "x", "03", null, true],
      [3, null, "01", "03", false],
    ]);
  });

  test("a clock that goes back does not put a newer word before an older one", async () => {
    const options = { strategy: "history", key: ["id"] } as const;
    const read = reading(scene, "h", { columns: "id BIGINT, v VARCHAR", options });
    await load(read("id,v\n1,a\n"));
    await load(read("id,v\n1,b\n"));
    const late = read("id,v\n1,c\n");
    await load({ ...late, provenance: { ...late.provenance, at: day(1) } });
    expect(await versions()).toEqual([
      [1, "a", "01", "02", false],
      [1, "c", "02", null, true],
    ]);
  });

  test("a late row splits the version that it falls into, and rows of one load come in any order", async () => {
    const loading = loadingOf({ eventTime: "t" });
    const options = { strategy: "history", key: ["id"], loading } as const;
    const read = reading(scene, "h", { columns, options });
    await load(read("id,v,t\n1,c,2024-01-09\n1,a,2024-01-01\n2,x,2024-01-01\n9,y,\n"));
    await load(read("id,v,t\n1,b,2024-01-05\n1,a,2024-01-03\n2,w,2023-12-31\n"));
    expect(await versions()).toEqual([
      [1, "a", "01", "05", false],
      [1, "b", "05", "09", false],
      [1, "c", "09", null, true],
      [2, "w", "31", "01", false],
      [2, "x", "01", null, true],
    ]);
    expect(await rowsOf("SELECT id, _reason FROM quarantine.h")).toEqual([[9, "event_time"]]);
    // The same time again is a correction; what it makes equal to its neighbour is one with it.
    expect(await load(read("id,v,t\n1,a,2024-01-05\n1,d,2024-01-09\n"))).toMatchObject({
      rowsUpdated: 1,
    });
    expect(await versions()).toEqual([
      [1, "a", "01", "09", false],
      [1, "d", "09", null, true],
      [2, "w", "31", "01", false],
      [2, "x", "01", null, true],
    ]);
  });

  test("a time may be a date, a text with an offset or a time with a zone, but no number", async () => {
    const loading = loadingOf({ eventTime: "t" });
    const options = { strategy: "history", key: ["id"], loading } as const;
    const since = "SELECT strftime(_valid_from, '%d %H') FROM raw.h";
    for (const [type, text, told] of [
      ["DATE", "2024-01-02", "02 00"],
      ["VARCHAR", "2024-01-02T01:00:00+02:00", "01 23"],
      ["TIMESTAMP WITH TIME ZONE", "2024-01-02T01:00:00+02:00", "01 23"],
    ] as const) {
      const read = reading(scene, "h", { columns: `id BIGINT, t ${type}`, options });
      await load(read(`id,t\n1,${text}\n`, { fingerprint: hashOf(type) }));
      expect(await rowsOf(since)).toEqual([[told]]);
      await load(read("id,t\n", { strategy: "replace", fingerprint: hashOf([type]) }));
    }
    const read = reading(scene, "n", { columns: "id BIGINT, t BIGINT", options });
    await expect(load(read("id,t\n1,5\n"))).rejects.toMatchObject({ code: "SCHEMA_INCOMPATIBLE" });
  });

  test("a table that was merged becomes the first versions, and a history is not merged into", async () => {
    const options = { strategy: "history", key: ["id"] } as const;
    const read = reading(scene, "h", { columns: "id BIGINT, v VARCHAR", options });
    await load(read("id,v\n1,a\n2,a\n", { strategy: "merge" }));
    await load(read("id,v\n1,b\n", { read: { scope: "increment" } }));
    expect(await versions()).toEqual([
      [1, "a", "01", "02", false],
      [1, "b", "02", null, true],
      [2, "a", "01", null, true],
    ]);
    for (const strategy of ["merge", "append"] as const) {
      await expect(load(read("id,v\n1,c\n", { strategy }))).rejects.toMatchObject({
        code: "SCHEMA_INCOMPATIBLE",
      });
    }
    await load(read("id,v\n1,c\n1,c\n", { strategy: "replace" }));
    await expect(load(read("id,v\n1,c\n"))).rejects.toMatchObject({ code: "SCHEMA_INCOMPATIBLE" });
  });

  test("a history gains columns and wider types, and a unique key is asked of current versions", async () => {
    const gates = [
      gateOf("one", { kind: "unique", columns: ["id"] }, "quarantine"),
      gateOf("few", { kind: "row_count", min: 1, max: 2 }),
    ];
    const options = { strategy: "history", key: ["id"], gates } as const;
    const read = reading(scene, "h", { columns: "id BIGINT, v BIGINT", options });
    await load(read("id,v\n1,1\n2,2\n"));
    const wide = reading(scene, "h", {
      columns: "id BIGINT, v DOUBLE, w VARCHAR",
      options,
      after: 5,
    });
    await load(wide("id,v,w\n1,1.5,x\n2,2,\n"));
    expect(
      await rowsOf("SELECT id, v, w, _is_current FROM raw.h ORDER BY id, _valid_from"),
    ).toEqual([
      [1, 1, null, false],
      [1, 1.5, "x", true],
      [2, 2, null, true],
    ]);
    const { rows, measurements } = await scene.warehouse.measure(
      { schema: "raw", name: "h" },
      gates,
      new AbortController().signal,
    );
    expect(rows).toBe(2);
    expect(measurements.map(({ failing }) => failing)).toEqual([0, 0]);
  });
}
