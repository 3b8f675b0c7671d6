import { renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashOf } from "../../src/core/std/hash.ts";
import { fileStamp } from "../../src/ports/file-stamp.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { writeFiles } from "../support/write-files.ts";
import { csv, gateOf, loadOf, manifestOf, never } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const flights = join(repositoryFolder, "node_modules/vega-datasets/data/flights-3m.parquet");
const flightColumns =
  "date TIMESTAMP, delay BIGINT, distance BIGINT, origin VARCHAR, destination VARCHAR";

/** What the strategies promise. */
export function loadContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  test("a replace load makes the table, and the next one puts its rows in their place", async () => {
    const first = await load(loadOf(staged("a", "id,v\n1,x\n2,y\n", "id BIGINT, v VARCHAR")));
    expect(first).toMatchObject({ isRepeat: false, rowsStaged: 2, rowsInserted: 2 });
    await load(loadOf(staged("a", "id,v,w\n3,z,1.5\n", "id BIGINT, v VARCHAR, w DOUBLE")));
    expect(await rowsOf("SELECT * FROM raw.a")).toEqual([[3, "z", 1.5]]);
  });

  test("a load that is asked for again after it has committed does nothing", async () => {
    for (const strategy of ["replace", "append", "merge"] as const) {
      const manifest = staged(strategy, "id,v\n1,x\n", "id BIGINT, v VARCHAR");
      const request = loadOf(manifest, { strategy, key: ["id"] });
      const { isRepeat: _, ...first } = await load(request);
      expect(await load(request)).toEqual({ ...first, isRepeat: true });
      expect(await rowsOf(`SELECT id, v FROM raw.${strategy}`)).toEqual([[1, "x"]]);
    }
  });

  test("a content that comes back replaces again, merges again, and is not appended again", async () => {
    for (const strategy of ["replace", "merge", "append"] as const) {
      const one = loadOf(staged(strategy, "id,v\n1,x\n", "id BIGINT, v VARCHAR"), {
        strategy,
        key: ["id"],
      });
      const two = loadOf(staged(strategy, "id,v\n1,y\n", "id BIGINT, v VARCHAR"), {
        strategy,
        key: ["id"],
      });
      for (const request of [one, two]) await load(request);
      expect((await load(one)).isRepeat).toBe(strategy === "append");
      const expected = strategy === "append" ? [["x"], ["y"]] : [["x"]];
      expect(await rowsOf(`SELECT v FROM raw.${strategy} ORDER BY v`)).toEqual(expected);
      const outputs = await scene.warehouse.outputs();
      expect(outputs.get(`raw.${strategy}`)?.fingerprint).toBe(one.fingerprint);
    }
  });

  test("a file that was written to since it was extracted is not loaded, and nothing is lost", async () => {
    await load(loadOf(staged("a", "id\n1\n", "id BIGINT")));
    const manifest = staged("a", "id\n2\n", "id BIGINT");
    const [file] = manifest.files;
    const path = file?.path ?? "";
    const stamp = fileStamp(statSync(path, { bigint: true }));
    const stamped = { ...manifest, files: manifest.files.map((one) => ({ ...one, stamp })) };
    writeFileSync(path, "id\n3\n");
    utimesSync(path, 1, 1);
    await expect(load(loadOf(stamped))).rejects.toMatchObject({ code: "STAGING_STALE" });
    expect(await rowsOf("SELECT id FROM raw.a")).toEqual([[1]]);
  });

  test.each(["append", "merge", "replace"] as const)(
    "an extraction of no files is a load of no rows: %s",
    async (strategy) => {
      const options = { strategy, key: ["id"] };
      const kept = strategy === "replace" ? [] : [[1, "x"]];
      await load(loadOf(staged("e", "id,v\n1,x\n", "id BIGINT, v VARCHAR"), options));
      for (const columns of ["id BIGINT, v VARCHAR", "id BIGINT, v VARCHAR, w DATE", ""]) {
        const empty = manifestOf("e", [], { format: csv, columns });
        const request = loadOf(empty, { ...options, fingerprint: hashOf([strategy, columns]) });
        expect(await load(request)).toMatchObject({ isRepeat: false, rowsStaged: 0 });
        expect(await rowsOf("SELECT id, v FROM raw.e")).toEqual(kept);
        const output = (await scene.warehouse.outputs()).get("raw.e");
        expect(output).toMatchObject({ fingerprint: request.fingerprint, exists: true });
        expect(await load(request)).toMatchObject({ isRepeat: true });
      }
    },
  );

  test("an append that was lost with its table is loaded again", async () => {
    const request = loadOf(staged("a", "id\n1\n", "id BIGINT"), { strategy: "append" });
    await load(request);
    await load({ ...request, strategy: "replace", fingerprint: hashOf("replaced") });
    expect((await load(request)).isRepeat).toBe(false);
    expect(await rowsOf("SELECT id FROM raw.a")).toEqual([[1], [1]]);
  });

  test("merge keeps the last row of a key, updates what differs, and diverts rows without a key", async () => {
    const merge = { strategy: "merge", key: ["id"] } as const;
    const columns = "id BIGINT, v VARCHAR";
    const first = await load(loadOf(staged("m", "id,v\n1,a\n2,b\n1,c\n,d\n", columns), merge));
    expect(first).toMatchObject({
      rowsStaged: 4,
      rowsInserted: 2,
      rowsQuarantined: 1,
      rowsSuperseded: 1,
    });
    const second = await load(loadOf(staged("m", "id,v\n2,b\n1,e\n3,f\n", columns), merge));
    expect(second).toMatchObject({
      rowsStaged: 3,
      rowsInserted: 1,
      rowsUpdated: 1,
      rowsSuperseded: 0,
    });
    expect(await rowsOf("SELECT id, v FROM raw.m ORDER BY id")).toEqual([
      [1, "e"],
      [2, "b"],
      [3, "f"],
    ]);
    expect(await rowsOf("SELECT v, _reason FROM quarantine.m")).toEqual([["d", "key"]]);
  });

  test("a cursor moves with the rows, and a load that began elsewhere is fenced out", async () => {
    const append = { strategy: "append" } as const;
    await load(loadOf(staged("c", "id\n1\n", "id BIGINT", { cursor: 1 }), append));
    expect(await scene.warehouse.cursor("c")).toBe(1);
    const next = staged("c", "id\n2\n", "id BIGINT", { cursor: 2 });
    await load(loadOf(next, { ...append, cursorBefore: 1 }));
    const late = staged("c", "id\n9\n", "id BIGINT", { cursor: 9 });
    await expect(load(loadOf(late, { ...append, cursorBefore: 1 }))).rejects.toMatchObject({
      code: "FENCED_OUT",
    });
    const long = staged("c", "id\n9\n", "id BIGINT", { cursor: 9 });
    const files = Array.from({ length: 10_000 }, (_, index) => `file-${index}`);
    const elsewhere = load(loadOf(long, { ...append, cursorBefore: files }));
    await expect(elsewhere).rejects.toMatchObject({
      code: "FENCED_OUT",
      message: expect.stringMatching(/^The cursor of c stands at 2, not at \["file-0".{0,200}$/),
    });
    expect(await scene.warehouse.cursor("c")).toBe(2);
    expect(await rowsOf("SELECT id FROM raw.c ORDER BY id")).toEqual([[1], [2]]);
    expect(await scene.warehouse.cursor("nobody")).toBeNull();
  });

  test("a source that goes over from append to replace and back has each row once", async () => {
    const all = (text: string, cursor: number | null) =>
      staged("back", text, "id BIGINT", { cursor });
    await load(loadOf(all("id\n1\n", 1), { strategy: "append" }));
    await load(loadOf(all("id\n1\n2\n", null), { cursorBefore: 1 }));
    expect(await scene.warehouse.cursor("back")).toBeNull();
    await load(loadOf(all("id\n1\n2\n3\n", 3), { strategy: "append" }));
    expect(await rowsOf("SELECT id FROM raw.back ORDER BY id")).toEqual([[1], [2], [3]]);
    expect(await scene.warehouse.cursor("back")).toBe(3);
  });

  test("a source that was merged does not append all that it holds", async () => {
    const rows = (cursor: number | null) => staged("over", "id\n1\n", "id BIGINT", { cursor });
    await load(loadOf(rows(null), { strategy: "merge", key: ["id"] }));
    await expect(load(loadOf(rows(1), { strategy: "append" }))).rejects.toMatchObject({
      code: "SCHEMA_INCOMPATIBLE",
    });
  });

  test("appended and merged tables gain columns and wider types without losing a value", async () => {
    const append = { strategy: "append" } as const;
    await load(loadOf(staged("w", "id,n\n1,7\n", "id INTEGER, n BIGINT"), append));
    await load(
      loadOf(
        staged("w", "n,id,extra\n1.5,3000000000,x\n", "n DOUBLE, id BIGINT, extra VARCHAR"),
        append,
      ),
    );
    await load(loadOf(staged("w", "id\n5\n", "id INTEGER"), append));
    expect(await rowsOf("SELECT id, n, extra FROM raw.w ORDER BY id")).toEqual([
      [1, 7, null],
      [5, null, null],
      [3_000_000_000, 1.5, "x"],
    ]);
  });

  test("text goes into a text column as it was written", async () => {
    const append = { strategy: "append" } as const;
    await load(loadOf(staged("z", "code\nA1\n", "code VARCHAR"), append));
    await load(loadOf(staged("z", "code\n00123\n", "code BIGINT"), append));
    expect(await rowsOf("SELECT code FROM raw.z ORDER BY code")).toEqual([["00123"], ["A1"]]);
  });

  test("a batch commits together, or not at all", async () => {
    const good = loadOf(staged("b1", "id\n1\n", "id BIGINT"));
    const gates = [gateOf("none", { kind: "row_count", min: 2, max: null })];
    const bad = loadOf(staged("b2", "id\n1\n", "id BIGINT"), { gates });
    await expect(scene.warehouse.load([good, bad], never())).rejects.toMatchObject({
      code: "GATE_FAILED",
    });
    expect(await scene.warehouse.outputs()).toEqual(new Map());
    const outcomes = await scene.warehouse.load([good, { ...bad, gates: [] }], never());
    expect(outcomes.map(({ source }) => source)).toEqual(["b1", "b2"]);
  });

  test("a split load gives the same table as one that is not split", async () => {
    const manifest = manifestOf("f", [flights], {
      format: { type: "parquet" },
      columns: flightColumns,
      rows: 3_000_000,
    });
    const whole = { ...manifest, source: "whole" };
    const split = await load(loadOf(manifest, { partRows: 1_000_000 }));
    expect(split).toMatchObject({ parts: 3, rowsInserted: 3_000_000 });
    await load(loadOf(whole));
    expect(
      await rowsOf(
        "SELECT (SELECT sum(hash(f)::HUGEINT) FROM raw.f f) = (SELECT sum(hash(w)::HUGEINT) FROM raw.whole w)",
      ),
    ).toEqual([[true]]);
    expect(await rowsOf("SELECT count(*) FROM _sluice.parts")).toEqual([[0]]);
  });

  test("a split load that fails goes on behind its last committed part", async () => {
    const columns = "id BIGINT, v VARCHAR";
    const files = { "p/1": "id,v\n1,a\n2,b\n", "p/2": "id,v\nx,c\n3,d\n", "p/3": "v,id\ne,4\n" };
    writeFiles(scene.folder, files);
    const paths = Object.keys(files).map((file) => join(scene.folder, file));
    const manifest = manifestOf("p", paths, { format: csv, columns });
    const request = loadOf(manifest, { strategy: "merge", key: ["id"], partRows: 2 });
    renameSync(join(scene.folder, "p/3"), join(scene.folder, "away"));
    await expect(load(request)).rejects.toMatchObject({ code: "STAGING_INVALID" });
    expect(await rowsOf("SELECT part FROM _sluice.parts ORDER BY part")).toEqual([[0], [1]]);
    expect((await scene.warehouse.outputs()).size).toBe(0);

    renameSync(join(scene.folder, "away"), join(scene.folder, "p/3"));
    // The first parts are not read again: their files may be gone by now.
    writeFiles(scene.folder, { "p/1": "id,v\n9,z\n" });
    expect(await load(request)).toMatchObject({
      parts: 3,
      rowsStaged: 5,
      rowsInserted: 4,
      rowsQuarantined: 1,
    });
    expect(await rowsOf("SELECT id FROM raw.p ORDER BY id")).toEqual([[1], [2], [3], [4]]);
    expect(await rowsOf("SELECT _raw FROM quarantine.p")).toEqual([['{"id":"x","v":"c"}']]);
    expect(await load(request)).toMatchObject({ isRepeat: true, parts: 3 });
  });

  test("what an abandoned split load left behind is gone with the target's next load", async () => {
    writeFiles(scene.folder, { "p/1": "id\n1\n", "p/2": "id\n2\n" });
    const paths = ["p/1", "p/2"].map((file) => join(scene.folder, file));
    const manifest = manifestOf("p", paths, { format: csv, columns: "id BIGINT" });
    writeFiles(scene.folder, { "p/2": "id,new\n2,x\n" });
    const builds =
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = '_sluice_build'";
    await expect(load(loadOf(manifest, { partRows: 1 }))).rejects.toMatchObject({
      code: "STAGING_INVALID",
    });
    expect(await rowsOf(builds)).toEqual([[1]]);
    // Cut otherwise, a part of the same number holds other rows.
    const cut = await rowsOf("SELECT DISTINCT load FROM _sluice.parts");
    await expect(load(loadOf(manifest, { partRows: 2 }))).rejects.toMatchObject({
      code: "STAGING_INVALID",
    });
    const again = await rowsOf("SELECT load FROM _sluice.parts");
    expect(again).toHaveLength(1);
    expect(again).not.toEqual(cut);
    await load(loadOf(staged("p", "id\n5\n", "id BIGINT")));
    expect(await rowsOf(builds)).toEqual([[0]]);
    expect(await rowsOf("SELECT count(*) FROM _sluice.parts")).toEqual([[0]]);
  });
}
