import { expect, test } from "vitest";
import { gateOf, loadOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What gates hold back, divert and measure. */
export function gateContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  test("a gate that must hold keeps everything back and shows rows that fail", async () => {
    await load(loadOf(staged("g", "id\n1\n", "id BIGINT")));
    const gates = [gateOf("id_set", { kind: "not_null", column: "id" })];
    const failing = loadOf(staged("g", "id,v\n2,a\n,b\n", "id BIGINT, v VARCHAR"), { gates });
    await expect(load(failing)).rejects.toMatchObject({
      code: "GATE_FAILED",
      message: expect.stringMatching(/id_set \(id is never null\): 1 of 2 rows, such as .*"b"/),
    });
    expect(await rowsOf("SELECT * FROM raw.g")).toEqual([[1]]);
  });

  test("a gate that quarantines diverts failing rows with the names of all gates they fail", async () => {
    const gates = [
      gateOf("positive", { kind: "expression", sql: "n > 0" }, "quarantine"),
      gateOf("known", { kind: "accepted_values", column: "v", values: ["a", "b"] }, "quarantine"),
      gateOf("single", { kind: "unique", columns: ["id"] }, "quarantine"),
      gateOf("some", { kind: "row_count", min: 1, max: null }),
      gateOf("watched", { kind: "not_null", column: "v" }, "warn"),
    ];
    const text = "id,n,v\n1,5,a\n2,-1,c\n3,1,b\n3,2,b\n4,,a\n5,1,\n";
    const manifest = staged("g", text, "id BIGINT, n BIGINT, v VARCHAR");
    const outcome = await load(loadOf(manifest, { gates }));
    expect(outcome).toMatchObject({ rowsStaged: 6, rowsInserted: 2, rowsQuarantined: 4 });
    expect(outcome.measurements).toEqual([
      { gate: "positive", rows: 6, failing: 2, onFail: "quarantine" },
      { gate: "known", rows: 6, failing: 1, onFail: "quarantine" },
      { gate: "single", rows: 6, failing: 2, onFail: "quarantine" },
      { gate: "watched", rows: 2, failing: 1, onFail: "warn" },
      { gate: "some", rows: 2, failing: 0, onFail: "fail" },
    ]);
    expect(await rowsOf("SELECT id, _reason FROM quarantine.g ORDER BY id, n")).toEqual([
      [2, "positive, known"],
      [3, "single"],
      [3, "single"],
      [4, "positive"],
    ]);
    const clean = loadOf(staged("g", "id,n,v\n1,5,a\n", "id BIGINT, n BIGINT, v VARCHAR"), {
      gates,
    });
    expect(await load(clean)).toMatchObject({ rowsQuarantined: 0 });
    await expect(scene.warehouse.sample({ schema: "quarantine", name: "g" }, 1)).rejects.toThrow(
      /exist/,
    );
  });

  test("relationships look into the table that must hold the value", async () => {
    await load(loadOf(staged("parents", "id\n1\n", "id BIGINT")));
    const check = { kind: "relationships", column: "p", to: "raw.parents", field: "id" } as const;
    const gates = [gateOf("has_parent", check, "quarantine")];
    await load(loadOf(staged("children", 'p\n1\n2\n""\n', "p BIGINT"), { gates }));
    expect(await rowsOf("SELECT p FROM raw.children ORDER BY p")).toEqual([[1], [null]]);
  });

  test("a gate's condition cannot end the statement it is put into", async () => {
    const check = { kind: "expression", sql: "true) ; DROP TABLE raw.g; --" } as const;
    const gates = [gateOf("evil", check)];
    await expect(
      load(loadOf(staged("g", "id\n1\n", "id BIGINT"), { gates })),
    ).rejects.toMatchObject({ code: "STATEMENT_INVALID" });
  });
}
