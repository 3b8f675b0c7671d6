import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { writeFiles } from "../support/write-files.ts";
import { csv, loadOf, manifestOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** What becomes of every row of a staged file. */
export function readingContract(scene: WarehouseScene): void {
  const { staged, load, rowsOf } = scene;

  test("columns are matched by name, whatever their order in each file", async () => {
    writeFiles(scene.folder, { "p/1": "a,b\n1,x\n", "p/2": "b,a\ny,2\n", "p/3": "b\nz\n" });
    const paths = ["1", "2", "3"].map((file) => join(scene.folder, "p", file));
    await load(loadOf(manifestOf("p", paths, { format: csv, columns: "a BIGINT, b VARCHAR" })));
    expect(await rowsOf("SELECT a, b FROM raw.p ORDER BY b")).toEqual([
      [1, "x"],
      [2, "y"],
      [null, "z"],
    ]);
  });

  test("a file with a column that its manifest does not know is refused, not cut", async () => {
    const manifest = staged("u", "a,b\n1,x\n", "a BIGINT");
    await expect(load(loadOf(manifest))).rejects.toMatchObject({ code: "STAGING_INVALID" });
  });

  test("a header may be long, and a compressed file may be mostly repetition", async () => {
    const names = Array.from({ length: 800 }, (_, index) => `c${index}_${"x".repeat(90)}`);
    const wide = `${names.join(",")}\n${names.map((_, index) => index).join(",")}\n`;
    const columns = names.map((name) => `${name} BIGINT`).join(", ");
    await load(loadOf(staged("wide", wide, columns)));
    expect(await rowsOf(`SELECT ${names[0]}, ${names[799]} FROM raw.wide`)).toEqual([[0, 799]]);
    const path = join(scene.folder, "same.csv.gz");
    writeFileSync(path, gzipSync(`a,b\n${"1,1\n".repeat(500_000)}`));
    const same = { format: csv, compression: "gzip", columns: "a BIGINT, b BIGINT" } as const;
    const outcome = await load(loadOf(manifestOf("same", [path], same)));
    expect(outcome.rowsInserted).toBe(500_000);
  });

  test("a line may hold a document of some megabytes", async () => {
    const text = `a,b\n1,${"x".repeat(6_000_000)}\n2,y\n`;
    await load(loadOf(staged("doc", text, "a BIGINT, b VARCHAR")));
    expect(await rowsOf("SELECT a, length(b) FROM raw.doc ORDER BY a")).toEqual([
      [1, 6_000_000],
      [2, 1],
    ]);
  });

  test.each([
    { row: "3.7,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
    { row: "1,2020-01-01 12:30:00,2020-01-01 10:00:00,1.25", column: "d" },
    { row: "1,2020-01-01,2020-01-01 10:00:00.1234567,1.25", column: "t" },
    { row: "1,2020-01-01,2020-01-01 10:00:00+02:00,1.25", column: "t" },
    { row: "1,2020-01-01,2020-01-01 10:00:00,1.259", column: "m" },
    { row: "x,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
    { row: "9223372036854775808,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
  ])("a row that would lose something goes to quarantine whole: $row", async ({ row, column }) => {
    const good = "2,2020-01-02,2020-01-02 10:00:00.5,2.50\n";
    const outcome = await load(
      loadOf(
        staged(
          "l",
          `n,d,t,m\n${good}${row}\n12.0,2020-01-03 00:00:00,2020-01-03,1e1\n`,
          "n BIGINT, d DATE, t TIMESTAMP, m DECIMAL(10,2)",
        ),
      ),
    );
    expect(outcome).toMatchObject({ rowsStaged: 3, rowsInserted: 2, rowsQuarantined: 1 });
    expect(await rowsOf("SELECT * FROM raw.l ORDER BY n")).toEqual([
      [2, "2020-01-02", "2020-01-02T10:00:00.5", "2.50"],
      [12, "2020-01-03", "2020-01-03T00:00:00", "10.00"],
    ]);
    const [kept] = await rowsOf("SELECT _raw, _reason FROM quarantine.l");
    expect(Object.values(JSON.parse(String(kept?.[0])))).toEqual(row.split(","));
    expect(kept?.[1]).toContain(`column ${column}: `);
  });

  test.each([
    { format: csv, text: "n\n1.5\n9007199254740993\n" },
    { format: { type: "ndjson" } as const, text: '{"n":1.5}\n{"n":9007199254740993}\n' },
  ])("a whole number that no DOUBLE holds is not rounded: $format.type", async (one) => {
    const outcome = await load(loadOf(staged("n", one.text, "n DOUBLE", { format: one.format })));
    expect(outcome).toMatchObject({ rowsInserted: 1, rowsQuarantined: 1 });
    const [kept] = await rowsOf("SELECT _raw FROM quarantine.n");
    expect(kept?.[0]).toContain("9007199254740993");
  });

  test("lines that are no rows go to quarantine with their text, file and line", async () => {
    const text = "a,b\n1,x\n2\n3,y,z\n4,w\n";
    const outcome = await load(loadOf(staged("r", text, "a BIGINT, b VARCHAR")));
    expect(outcome).toMatchObject({ rowsStaged: 4, rowsInserted: 2, rowsQuarantined: 2 });
    const kept = await rowsOf("SELECT _raw, _reason, _load_id, _run FROM quarantine.r ORDER BY 1");
    expect(kept.map((row) => row[0])).toEqual(["2", "3,y,z"]);
    expect(kept[0]?.[1]).toMatch(/^line 3 of .*: Expected Number of Columns: 2 Found: 1/);
    expect(kept[0]?.[3]).toBe("run-1");
    expect((await scene.warehouse.outputs()).get("raw.r")?.quarantinedRows).toBe(2);
  });

  test("when no row can be read, the load fails and the table stays", async () => {
    await load(loadOf(staged("n", "a\n1\n", "a BIGINT")));
    await expect(load(loadOf(staged("n", "a\nx\ny\n", "a BIGINT")))).rejects.toMatchObject({
      code: "SCHEMA_INCOMPATIBLE",
    });
    expect(await rowsOf("SELECT a FROM raw.n")).toEqual([[1]]);
  });

  test("JSON lines and arrays are loaded without loss; bad lines are kept", async () => {
    const columns = "id BIGINT, v VARCHAR, tags VARCHAR[], o STRUCT(x BIGINT)";
    const good = '{"id":1,"v":"x","tags":["a"],"o":{"x":5}}';
    const text = `${good}\n{"id":3.7,"v":"y"}\nnot json\n{"v":{"nested":true},"id":"7"}\n`;
    const outcome = await load(loadOf(staged("j", text, columns, { format: { type: "ndjson" } })));
    expect(outcome).toMatchObject({ rowsStaged: 4, rowsInserted: 2, rowsQuarantined: 2 });
    expect(await rowsOf("SELECT * FROM raw.j ORDER BY id")).toEqual([
      [1, "x", ["a"], { x: 5 }],
      [7, '{"nested":true}', null, null],
    ]);
    expect(await rowsOf("SELECT _raw FROM quarantine.j ORDER BY 1")).toEqual([
      ["not json"],
      ['{"id":3.7,"v":"y"}'],
    ]);
    const array = `[${good}, {"id": 2.5}]`;
    const second = await load(loadOf(staged("k", array, columns, { format: { type: "json" } })));
    expect(second).toMatchObject({ rowsInserted: 1, rowsQuarantined: 1 });
  });

  test("NULL and the quoted null text are told apart when the format says so", async () => {
    const text = '1,""\n2,\n';
    const format = { ...csv, hasHeader: false, isQuotedNull: false };
    await load(loadOf(staged("q", text, "a BIGINT, b VARCHAR", { format })));
    expect(await rowsOf("SELECT b FROM raw.q ORDER BY a")).toEqual([[""], [null]]);
  });
}
