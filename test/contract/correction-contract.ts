import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { Manifest, StagedFormat } from "../../src/ports/staging.ts";
import { writeFiles } from "../support/write-files.ts";
import { csv, gateOf, loadOf, manifestOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

const append = { strategy: "append" } as const;

/** How files that were corrected at their source are loaded again. */
export function correctionContract(scene: WarehouseScene): void {
  const { load, rowsOf } = scene;
  let round = 0;

  /** A manifest of named files, as the file connector makes it. */
  const named = (
    files: Readonly<Record<string, string>>,
    columns: string,
    options: Partial<Pick<Manifest, "replaces" | "fileColumn" | "cursor">> & {
      readonly format?: StagedFormat;
    } = {},
  ): Manifest => {
    round += 1;
    const placed = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`round-${round}/${name}`, text]),
    );
    writeFiles(scene.folder, placed);
    const paths = Object.keys(placed).map((path) => join(scene.folder, path));
    const manifest = manifestOf("c", paths, { format: csv, columns, cursor: round, ...options });
    return {
      ...manifest,
      files: manifest.files.map((file) => ({ ...file, name: basename(file.path) })),
    };
  };

  test("a corrected file takes the place of its earlier rows, in the table and in quarantine", async () => {
    const columns = "id BIGINT, v BIGINT";
    const first = named(
      { "a.csv": "id,v\n1,1\n2,x\n", "b.csv": "v,id\n3,3\n", "d.csv": "id,v\n4,4\n5,q\n" },
      columns,
    );
    expect(await load(loadOf(first, append))).toMatchObject({
      rowsInserted: 3,
      rowsQuarantined: 2,
      rowsReplaced: 0,
    });
    expect(await rowsOf("SELECT id, _file FROM raw.c ORDER BY id")).toEqual([
      [1, "a.csv"],
      [3, "b.csv"],
      [4, "d.csv"],
    ]);
    expect(await rowsOf("SELECT _value, _file FROM quarantine.c ORDER BY 1")).toEqual([
      ["q", "d.csv"],
      ["x", "a.csv"],
    ]);
    const again = named({ "a.csv": "id,v\n1,10\n2,20\n9,z\n", "e.csv": "id,v\n6,6\n" }, columns, {
      replaces: ["a.csv"],
    });
    const request = loadOf(again, { ...append, cursorBefore: first.cursor });
    expect(await load(request)).toMatchObject({
      rowsInserted: 3,
      rowsQuarantined: 1,
      rowsReplaced: 1,
    });
    expect(await load(request)).toMatchObject({ isRepeat: true, rowsReplaced: 1 });
    expect(await rowsOf("SELECT id, v FROM raw.c ORDER BY id")).toEqual([
      [1, 10],
      [2, 20],
      [3, 3],
      [4, 4],
      [6, 6],
    ]);
    expect(await rowsOf("SELECT _value FROM quarantine.c ORDER BY 1")).toEqual([["q"], ["z"]]);
  });

  test("a correction may bring other columns and types", async () => {
    const first = named({ "a.csv": "id,v\n1,1\n", "b.csv": "id,v\n2,2\n" }, "id BIGINT, v BIGINT");
    await load(loadOf(first, append));
    const next = named({ "a.csv": "id,v,w\n1,x,7\n" }, "id BIGINT, v VARCHAR, w BIGINT", {
      replaces: ["a.csv"],
    });
    const request = loadOf(next, { ...append, cursorBefore: first.cursor });
    expect(await load(request)).toMatchObject({ rowsInserted: 1, rowsReplaced: 1 });
    expect(await rowsOf("SELECT id, v, w, _file FROM raw.c ORDER BY id")).toEqual([
      [1, "x", 7, "a.csv"],
      [2, "2", null, "b.csv"],
    ]);
  });

  test("a file that goes back to what it was, and forth again, is replaced each time", async () => {
    const texts = ["id\n1\n", "id\n2\n"];
    const manifests = texts.map((text) =>
      named({ "a.csv": text }, "id BIGINT", { replaces: ["a.csv"] }),
    );
    const [one, two] = manifests;
    if (one === undefined || two === undefined) throw new Error("there are two");
    await load(loadOf({ ...one, replaces: [] }, append));
    let before = one.cursor;
    for (const manifest of [two, one, two, one, two]) {
      const outcome = await load(loadOf(manifest, { ...append, cursorBefore: before }));
      expect(outcome).toMatchObject({ isRepeat: false, rowsReplaced: 1 });
      before = manifest.cursor;
    }
    expect(await rowsOf("SELECT id FROM raw.c")).toEqual([[2]]);
  });

  test("rows of before files were named cannot be replaced, and nothing is changed", async () => {
    const nameless = named({ "a.csv": "id\n1\n" }, "id BIGINT");
    const files = nameless.files.map((file) => ({ ...file, name: null }));
    await load(loadOf({ ...nameless, files }, append));
    const next = named({ "a.csv": "id\n2\n" }, "id BIGINT", { replaces: ["a.csv"] });
    const corrected = loadOf(next, { ...append, cursorBefore: nameless.cursor });
    await expect(load(corrected)).rejects.toMatchObject({ code: "SOURCE_REWRITTEN" });
    const added = named({ "b.csv": "id\n3\n" }, "id BIGINT");
    await load(loadOf(added, { ...append, cursorBefore: nameless.cursor }));
    expect(await rowsOf("SELECT id, _file FROM raw.c ORDER BY id")).toEqual([
      [1, null],
      [3, "b.csv"],
    ]);
    const known = named({ "b.csv": "id\n4\n" }, "id BIGINT", { replaces: ["b.csv"] });
    await load(loadOf(known, { ...append, cursorBefore: added.cursor }));
    expect(await rowsOf("SELECT id FROM raw.c ORDER BY id")).toEqual([[1], [4]]);
  });

  test.each([
    { format: csv, one: "id\n1\n", two: "id\n2\n" },
    { format: { type: "ndjson" } as const, one: '{"id":1}\n', two: '{"id":2}\n' },
    { format: { type: "json" } as const, one: '[{"id":1}]', two: '[{"id":2}]' },
  ])(
    "a column may hold each row's file, with any strategy: $format.type",
    async ({ format, one, two }) => {
      const files = { "a [1].x": one, "b'2.x": two };
      for (const strategy of ["replace", "merge"] as const) {
        const manifest = named(files, "id BIGINT, origin VARCHAR", {
          format,
          fileColumn: "origin",
          cursor: null,
        });
        const key = ["id", "origin"];
        await load(loadOf(manifest, { strategy, key, fingerprint: `${strategy}-1` }));
        expect(await rowsOf("SELECT id, origin FROM raw.c ORDER BY id")).toEqual([
          [1, "a [1].x"],
          [2, "b'2.x"],
        ]);
      }
    },
  );

  test("a gate sees the rows of a correction beside all others, and a split load replaces, too", async () => {
    const gates = [gateOf("one", { kind: "unique", columns: ["id"] }, "quarantine")];
    const first = named({ "a.csv": "id\n1\n2\n", "b.csv": "id\n3\n" }, "id BIGINT");
    await load(loadOf(first, { ...append, gates }));
    const next = named({ "a.csv": "id\n1\n3\n", "e.csv": "id\n4\n" }, "id BIGINT", {
      replaces: ["a.csv"],
    });
    const request = loadOf(next, { ...append, gates, cursorBefore: first.cursor, partRows: 1 });
    expect(await load(request)).toMatchObject({
      rowsInserted: 2,
      rowsQuarantined: 1,
      rowsReplaced: 2,
      parts: 2,
    });
    expect(await rowsOf("SELECT id, _file FROM raw.c ORDER BY id")).toEqual([
      [1, "a.csv"],
      [3, "b.csv"],
      [4, "e.csv"],
    ]);
    expect(await rowsOf("SELECT id, _file FROM quarantine.c")).toEqual([[3, "a.csv"]]);
  });
}
