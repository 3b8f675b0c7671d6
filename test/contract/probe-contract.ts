import { expect, test } from "vitest";
import type { Probe } from "../../src/core/compatibility/evidence.ts";
import { loadOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What a look at staged rows finds. */
export function probeContract(scene: WarehouseScene): void {
  const { staged, load } = scene;
  const lossy = (column: string, to: string): Probe => ({ kind: "lossy_cast", column, to });

  test.each([
    ["1.5\n2.0\nx\n9223372036854775808\n", "DOUBLE", "BIGINT", ["1.5", "9223372036854775808", "x"]],
    ["0.5\n9007199254740993\n", "DOUBLE", "DOUBLE", ["9007199254740993"]],
    ["1.25\n1.259\n", "DOUBLE", "DECIMAL(10,2)", ["1.259"]],
    [
      "2020-01-01\n2020-01-01 12:00:00\nnever\n",
      "VARCHAR",
      "DATE",
      ["2020-01-01 12:00:00", "never"],
    ],
    [
      "2020-01-01 10:00:00\n2020-01-01 10:00:00+02\n",
      "VARCHAR",
      "TIMESTAMP",
      ["2020-01-01 10:00:00+02"],
    ],
    ["abc\nabcdef\n", "VARCHAR", "VARCHAR(3)", ["abcdef"]],
    ["01001\n45001\n", "VARCHAR", "BIGINT", ["01001"]],
    ["5\n6\n", "BIGINT", "VARCHAR", []],
  ])("a cast of %j (%s) to %s loses %j", async (values, type, to, examples) => {
    const manifest = staged("p", `v\n${values}`, `v ${type}`);
    const [result] = await scene.warehouse.probe(manifest, [lossy("v", to)], never());
    expect(result).toMatchObject({ hits: examples.length, examples });
  });

  test("all that is asked of a batch is answered in order", async () => {
    await load(loadOf(staged("dim", "k,name\n1,a\n2,b\n", "k BIGINT, name VARCHAR")));
    const text = "id,k,state\n1,1,open\n1,3,closed\n2,,held\n3,9,open\n";
    const manifest = staged("p", text, "id BIGINT, k BIGINT, state VARCHAR");
    const probes: readonly Probe[] = [
      { kind: "nulls", column: "K" },
      { kind: "new_members", column: "state", known: ["open", "closed"] },
      { kind: "duplicates", columns: ["id"] },
      { kind: "duplicates", columns: ["id", "k"] },
      { kind: "unmatched", column: "k", table: "raw.dim", otherColumn: "k" },
      { kind: "unmatched", column: "k", table: "raw.nowhere", otherColumn: "k" },
      { kind: "nulls", column: "gone" },
    ];
    const found = await scene.warehouse.probe(manifest, probes, never());
    expect(found.map(({ rows, hits, examples }) => [rows, hits, examples])).toEqual([
      [4, 1, []],
      [4, 1, ["held"]],
      [4, 2, ["1"]],
      [4, 0, []],
      [4, 2, ["3", "9"]],
      [0, 0, []],
      [0, 0, []],
    ]);
    expect(found.map(({ probe }) => probe)).toEqual(probes);
    expect(await scene.warehouse.probe(manifest, [], never())).toEqual([]);
  });
}
