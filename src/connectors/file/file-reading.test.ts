import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "../../../test/contract/connector-contract.ts";
import { type FileScene, fileScene } from "../../../test/support/file-scene.ts";
import { fileConnector } from "./file-connector.ts";

let scene: FileScene;

beforeEach(async () => {
  scene = await fileScene();
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
});

describe("types of delimited text", () => {
  test.each([
    ["whole numbers", ["1", "-2", "0"], "BIGINT"],
    ["zero-padded digits", ["01234", "90210"], "VARCHAR"],
    ["a single padded one at the end", [...Array(30).fill("12345"), "00501"], "VARCHAR"],
    ["phone numbers", ["+4930123", "+4930124"], "VARCHAR"],
    ["more digits than BIGINT has", ["12345678901234567890"], "VARCHAR"],
    ["long whole numbers among decimals", ["1.5", "9007199254740993"], "VARCHAR"],
    ["decimals", ["1.5", "2", "-.5", "1e-3"], "DOUBLE"],
    ["decimals with more digits than DOUBLE keeps", ["1.5", "12345678901234567.89"], "VARCHAR"],
    ["decimals with many zeros", ["0.000000000000000000001", "1.5000000000000000000"], "DOUBLE"],
    ["what is beyond DOUBLE", ["1e400"], "VARCHAR"],
    ["hexadecimal and grouped digits", ["0x1F", "1_000"], "VARCHAR"],
    ["true and false", ["true", "FALSE"], "BOOLEAN"],
    ["yes and no", ["yes", "no"], "VARCHAR"],
    ["days", ["2020-01-22", "2020-02-29"], "DATE"],
    ["days that no calendar has", ["2020-01-22", "2020-02-30"], "VARCHAR"],
    ["American days", ["1/22/2020", "1/23/2020"], "VARCHAR"],
    ["instants", ["2020-01-22 17:00", "2020-01-22T17:00:01.123456", "2020-01-23"], "TIMESTAMP"],
    ["nanoseconds", ["2020-01-22 17:00:00.123456789"], "VARCHAR"],
    ["instants with a zone", ["2020-01-22T17:00:00Z"], "TIMESTAMP WITH TIME ZONE"],
    ["instants of which some have a zone", ["2020-01-22T17:00:00Z", "2020-01-22"], "VARCHAR"],
    ["times of day", ["17:00:00"], "TIME"],
    ["durations", ["27:00:00"], "VARCHAR"],
    ["no value at all", ["", ""], "VARCHAR"],
    ["gaps", ["", "7", ""], "BIGINT"],
  ])("%s", async (_, values, type) => {
    scene.write("t.csv", `k,v\n${values.map((value) => `x,${value}\n`).join("")}`);
    expect(await scene.shapeOf({ path: "t.csv" })).toEqual(["k VARCHAR", `v ${type}`]);
  });

  test("what only the last row of a large file says counts too", async () => {
    const filler = "x".repeat(300);
    const rows = Array.from(
      { length: 60_000 },
      (_, id) => `${id},${id},${id}.5,${id}.5,${id},${filler}\n`,
    );
    const last = `1,01234,12345678901234567,-12345678901234567.89,7,${filler}\n`;
    scene.write("t.csv", `id,zip,measure,amount,n,note\n${rows.join("")}${last}`);
    expect(await scene.shapeOf({ path: "t.csv" })).toEqual([
      "id BIGINT",
      "zip VARCHAR",
      "measure VARCHAR",
      "amount VARCHAR",
      "n BIGINT",
      "note VARCHAR",
    ]);
    expect(await scene.probe({ path: "t.csv" })).toMatchObject({ rows: 60_001, isExact: true });
  });

  test("a declared type wins over the inferred one", async () => {
    scene.write("t.csv", "id,Price\n1,2.50\n");
    const types = { price: "DECIMAL(18,2)" };
    expect(await scene.shapeOf({ path: "t.csv", types })).toEqual([
      "id BIGINT",
      "Price DECIMAL(18,2)",
    ]);
  });

  test("a type that is no type is refused with the locator", () => {
    const parse = (type: string) =>
      fileConnector.schemas.locator.safeParse({ path: "a.csv", types: { a: type } }).success;
    expect(parse("TIMESTAMP WITH TIME ZONE")).toBe(true);
    expect(parse("INTEGER[]")).toBe(true);
    expect(parse("INTEGER) FROM x; DROP TABLE y; --")).toBe(false);
  });
});

describe("keys of JSON", () => {
  test("a key that only the last object of a large file has is a column", async () => {
    const filler = "x".repeat(150);
    const rows = Array.from({ length: 110_000 }, (_, id) => `{"id":${id},"note":"${filler}"}\n`);
    scene.write("flat.ndjson", `${rows.join("")}{"id":1,"late":true}\n`);
    expect(await scene.shapeOf({ path: "flat.ndjson" })).toEqual([
      "id BIGINT",
      "note VARCHAR",
      "late BOOLEAN",
    ]);
    const inner = rows.map((row) => `{"u":${row.trimEnd()}}\n`);
    scene.write("deep.ndjson", `${inner.join("")}{"u":{"id":1,"late":true}}\n`);
    expect(await scene.shapeOf({ path: "deep.ndjson" })).toEqual([
      "u STRUCT(id BIGINT, note VARCHAR, late BOOLEAN)",
    ]);
  });

  test.each([
    ["none", ["2020-01-01T10:00:00Z", "2020-01-02T10:00:00Z"], "TIMESTAMP"],
    ["all", ["2020-01-01T10:00:00+02:00", "2020-01-01T10:00:00+01:00"], "TIMESTAMP WITH TIME ZONE"],
    ["some", ["2020-01-01T10:00:00+02:00", "2020-01-01T10:00:00"], "VARCHAR"],
  ])("instants of which %s have an offset", async (_, values, type) => {
    scene.write("t.ndjson", values.map((t) => `${JSON.stringify({ "at/~": t })}\n`).join(""));
    expect(await scene.shapeOf({ path: "t.ndjson" })).toEqual([`at/~ ${type}`]);
  });

  test.each([
    ["beyond 64 bits", ["9223372036854775808", "9223372036854775809"], "VARCHAR"],
    ["of 23 digits", ["12345678901234567890123", "1"], "VARCHAR"],
    ["of 17 digits among decimals", ["1.5", "12345678901234567"], "VARCHAR"],
    ["of 64 bits", ["9223372036854775807"], "BIGINT"],
    ["within an object", ['{"x":12345678901234567890123}', '{"x":1}'], "JSON"],
    ["within an array", ["[9223372036854775808]"], "JSON"],
    ["that are decimals", ["1.5", "1e22", "12345678901234567.5"], "DOUBLE"],
  ])("whole numbers %s keep their digits", async (_, values, type) => {
    scene.write("t.ndjson", values.map((v) => `{"v":${v}}\n`).join(""));
    expect(await scene.shapeOf({ path: "t.ndjson" })).toEqual([`v ${type}`]);
    scene.write("t.json", `[${values.map((v) => `{"v":${v}}`).join(",\n")}]`);
    expect(await scene.shapeOf({ path: "t.json" })).toEqual([`v ${type}`]);
  });

  test("long whole numbers that a copy would round make a file unreadable", async () => {
    scene.write("t.json", '{\n"id":12345678901234567890123\n}');
    const { presence } = await scene.probe({ path: "t.json" });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
  });

  test("keys that differ only in case are two columns, each with its values", async () => {
    scene.write("case.ndjson", '{"a":1,"A":2}\n{"a":3,"A":4}\n');
    const draft = await scene.extract({ path: "case.ndjson" });
    expect(draft.columns.map(({ name }) => name)).toEqual(["a", "A_1"]);
    const texts = draft.files.map(({ path }) => readFileSync(path, "utf8"));
    expect(texts).toEqual(['{"a":1,"A_1":2}\n{"a":3,"A_1":4}\n']);
  });
});

describe("odd delimited text", () => {
  test.each([
    ["CRLF", "id,name\r\n1,a\r\n2,b\r\n", ["id BIGINT", "name VARCHAR"], 2],
    ["a byte order mark", "\ufeffid,name\n1,a\n", ["id BIGINT", "name VARCHAR"], 1],
    ["no line end at the end", "id,name\n1,a", ["id BIGINT", "name VARCHAR"], 1],
    ["quoted line ends", 'id,name\n1,"a\nb, c ""d"""\n', ["id BIGINT", "name VARCHAR"], 1],
    ["semicolons", "id;price\n1;2,5\n2;3,5\n", ["id BIGINT", "price VARCHAR"], 2],
    ["tabs in a .csv", "id\tname\n1\ta\n", ["id BIGINT", "name VARCHAR"], 1],
    ["only a header", "id,name\n", ["id VARCHAR", "name VARCHAR"], 0],
    ["one column", "id\n1\n2\n", ["id BIGINT"], 2],
    ["empty lines first", "\n\nid,name\n1,a\n", ["id BIGINT", "name VARCHAR"], 1],
    ["doubled names", "id,ID,id\n1,2,3\n", ["id BIGINT", "ID_1 BIGINT", "id_2 BIGINT"], 1],
    ["empty names", "id,,x\n1,2,3\n", ["id BIGINT", "column1 BIGINT", "x BIGINT"], 1],
    ["padded names", "id , name\n1,a\n", ["id BIGINT", "name VARCHAR"], 1],
    ["short rows", "a,b,c\n1,2,3\n4\n5,6\n", ["a BIGINT", "b BIGINT", "c BIGINT"], 3],
    ["long rows", "a,b\n1,2\n3,4,x\n", ["a BIGINT", "b BIGINT", "column2 VARCHAR"], 2],
    ["a name in quotes", '"a ""b"", c",d\n1,2\n', ['a "b", c BIGINT', "d BIGINT"], 1],
  ])("%s", async (_, text, columns, rows) => {
    scene.write("odd.csv", text);
    expect(await scene.shapeOf({ path: "odd.csv" })).toEqual(columns);
    expect(await scene.probe({ path: "odd.csv" })).toMatchObject({ rows, isExact: true });
    const draft = await scene.extract({ path: "odd.csv" });
    expect(draft.columns.map((column) => `${column.name} ${column.type}`)).toEqual(columns);
    expect(draft.rows).toBe(rows);
  });

  test("a regular file is staged where it is, an irregular one as a regular copy", async () => {
    const plain = scene.write("plain.csv", "id,name\n1,a\n");
    scene.write("long.csv", "a,b\n1,2\n3,4,x\n5\n");
    const [first] = (await scene.extract({ path: "plain.csv" })).files;
    expect(first).toMatchObject({ path: plain, isOwned: false });
    const [second] = (await scene.extract({ path: "long.csv" })).files;
    expect(second?.isOwned).toBe(true);
    expect(readFileSync(second?.path ?? "", "utf8")).toBe("a,b,column2\n1,2,\n3,4,x\n5,,\n");
  });

  test("a headerless file gets the names that were declared", async () => {
    scene.write("bare.csv", "1,a,x\n2,b,y\n");
    const csv = { header: false, columns: ["id", "name"] };
    expect(await scene.shapeOf({ path: "bare.csv", csv })).toEqual([
      "id BIGINT",
      "name VARCHAR",
      "column2 VARCHAR",
    ]);
    const draft = await scene.extract({ path: "bare.csv", csv });
    expect(readFileSync(draft.files[0]?.path ?? "", "utf8")).toBe(
      "id,name,column2\n1,a,x\n2,b,y\n",
    );
  });

  test("lines before the header are skipped, and another text may mean NULL", async () => {
    scene.write("report.csv", "Report of today\nmade by hand\nid,v\n1,NA\n2,5\n");
    const csv = { skip: 2, null_text: "NA" };
    expect(await scene.shapeOf({ path: "report.csv", csv })).toEqual(["id BIGINT", "v BIGINT"]);
    const draft = await scene.extract({ path: "report.csv", csv });
    expect(draft.format).toMatchObject({ nullText: "NA", isQuotedNull: true });
    expect(readFileSync(draft.files[0]?.path ?? "", "utf8")).toBe("id,v\n1,NA\n2,5\n");
  });

  test.each([
    ["Windows-1252", Buffer.from("id,n\n1,caf\xe9 \x80\n", "latin1"), "auto", "café €"],
    ["UTF-16 with its mark", Buffer.from("\ufeffid,n\n1,café €\n", "utf16le"), "auto", "café €"],
    ["UTF-16 that was declared", Buffer.from("id,n\n1,café €\n", "utf16le"), "utf-16", "café €"],
  ])("%s is staged as UTF-8", async (_, bytes, encoding, text) => {
    scene.write("text.csv", bytes);
    const locator = { path: "text.csv", csv: { encoding } };
    expect(await scene.shapeOf(locator)).toEqual(["id BIGINT", "n VARCHAR"]);
    const draft = await scene.extract(locator);
    expect(draft.format).toMatchObject({ encoding: "utf-8" });
    expect(draft.files[0]?.isOwned).toBe(true);
    expect(readFileSync(draft.files[0]?.path ?? "", "utf8")).toBe(`id,n\n1,${text}\n`);
  });

  test("a file that is not the UTF-8 it was declared to be cannot be read", async () => {
    scene.write("text.csv", Buffer.from("id,n\n1,caf\xe9\n", "latin1"));
    const { presence } = await scene.probe({ path: "text.csv", csv: { encoding: "utf-8" } });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(JSON.stringify(presence)).toContain("csv.encoding");
  });

  test("half a character of UTF-16 is not replaced in silence", async () => {
    scene.write("text.csv", Buffer.from("\ufeffid,n\n1,\ud800x\n", "utf16le"));
    const { presence } = await scene.probe({ path: "text.csv" });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(JSON.stringify(presence)).toContain("not valid utf-16le");
  });

  const lines = (count: number) => Array.from({ length: count }, (_, id) => `${id},5\n`).join("");
  test.each([
    ["to the end", `id,v\n0,"open\n${lines(1_000)}`, "ends inside a quoted field", 2],
    ["beside doubled and stray quotes", `id,v\n0,"a ""b"""\n1,5" x\n2, "c`, "ends inside", 4],
    ["up to another quote", `id,v\n0,"open\n${lines(50)}9,"x"\n`, "not closed where a", 2],
    ["after long rows", `id,v\n0,1,2\n1,"open\n${lines(50)}`, "ends inside", 3],
    ["beyond a sample", `id,v\n${lines(1_800_000)}0,"open\n1,5\n`, "ends inside", 1_800_002],
  ])("a quote that is open %s swallows no rows", async (_, text, detail, line) => {
    scene.write("quote.csv", text);
    const { presence } = await scene.probe({ path: "quote.csv" });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(presence).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(presence).toMatchObject({ detail: expect.stringContaining(`line ${line}`) });
  });

  test("quotes over lines and within plain text are no open ones", async () => {
    scene.write("quote.csv", 'id,v\n1,"a\nb",x\n2,5" pipe\n3, "c, d"\n');
    expect(await scene.probe({ path: "quote.csv" })).toMatchObject({ rows: 3 });
  });

  test("an empty file is there with no rows, and cannot be extracted alone", async () => {
    scene.write("empty.csv", "");
    expect(await scene.probe({ path: "empty.csv" })).toMatchObject({
      presence: { state: "present" },
      rows: 0,
      isExact: true,
      schema: null,
    });
    expect(await codeOf(scene.extract({ path: "empty.csv" }))).toBe("SOURCE_EMPTY");
  });

  test.each([
    ["none.csv", ""],
    ["none.json", "[]"],
    ["none.ndjson", " \n"],
  ])("an empty %s whose columns are declared is extracted with no rows", async (path, text) => {
    scene.write(path, text);
    expect(await codeOf(scene.extract({ path }))).toBe("SOURCE_EMPTY");
    const draft = await scene.extract({ path, types: { id: "bigint", v: "VARCHAR" } });
    expect(draft).toMatchObject({ scope: "full", rows: 0, files: [] });
    expect(draft.columns).toEqual([
      { name: "id", type: "BIGINT", nullable: true },
      { name: "v", type: "VARCHAR", nullable: true },
    ]);
  });
});

describe("JSON and Parquet", () => {
  test.each([
    [
      "an array",
      "a.json",
      '[{"id": 1, "zip": "01234"}, {"id": 2, "more": {"x": [1.5]}}]',
      "json",
      false,
    ],
    ["lines in .json", "a.json", '{"id": 1}\n{"id": 2}\n', "ndjson", false],
    ["lines", "a.ndjson", '{"id": 1}\n{"id": 2}\n', "ndjson", false],
    ["one object over several lines", "a.json", '{\n  "id": 1\n}\n', "ndjson", true],
    ["an array with a byte order mark", "a.json", '\ufeff[{"id": 1}]', "json", true],
  ])("%s", async (_, ...[path, text, type, isOwned]) => {
    scene.write(path, text);
    const draft = await scene.extract({ path });
    expect(draft.format).toEqual({ type });
    expect(draft.files[0]?.isOwned).toBe(isOwned);
    expect(draft.columns[0]).toEqual({ name: "id", type: "BIGINT", nullable: true });
    if (path === "a.json" && text.includes("zip")) {
      expect(draft.columns.map((column) => column.type)).toEqual([
        "BIGINT",
        "VARCHAR",
        "STRUCT(x DOUBLE[])",
      ]);
    }
  });

  test.each([["[]"], [""], [" \n"]])("no rows in %j", async (text) => {
    scene.write("none.json", text);
    expect(await scene.probe({ path: "none.json" })).toMatchObject({ rows: 0, schema: null });
  });

  test.each([
    ["cut.json", '[{"id": 1}, {"id":'],
    ["cut.ndjson", '{"id": 1}\n{"id":'],
    ["text.parquet", "no parquet at all"],
    ["empty.parquet", ""],
    ["plain.csv.gz", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
    ["cut.csv.gz", gzipSync(`id\n${"1\n".repeat(10_000)}`).subarray(0, 30)],
    ["sum.csv.gz", Buffer.concat([gzipSync("id\n1\n").subarray(0, -8), Buffer.alloc(8, 1)])],
  ])("a broken %s is an answer, not a crash", async (path, content) => {
    scene.write(path, content);
    const { presence } = await scene.probe({ path });
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(JSON.stringify(presence)).toContain(path);
    expect(await codeOf(scene.extract({ path }))).toBe("SOURCE_UNREADABLE");
  });

  test("a truncated Parquet file is unreadable, a whole one counts its rows", async () => {
    const whole = readFileSync("node_modules/vega-datasets/data/flights-3m.parquet");
    scene.write("whole.parquet", whole);
    scene.write("cut.parquet", whole.subarray(0, 1_000_000));
    expect(await scene.probe({ path: "whole.parquet" })).toMatchObject({
      rows: 3_000_000,
      isExact: true,
    });
    expect((await scene.probe({ path: "cut.parquet" })).presence.state).toBe("unreachable");
  });

  test("gzip is read in place, and a mixture is unpacked", async () => {
    scene.write("a.csv.gz", gzipSync("id\n1\n2\n"));
    expect(await scene.probe({ path: "a.csv.gz" })).toMatchObject({ rows: 2, isExact: true });
    const alone = await scene.extract({ path: "a.csv.gz" });
    expect(alone).toMatchObject({ compression: "gzip", files: [{ isOwned: false }] });
    scene.write("b.csv", "id\n3\n");
    const mixed = await scene.extract({ path: "*.csv*" });
    expect(mixed.compression).toBe("none");
    expect(mixed.files.map((file) => readFileSync(file.path, "utf8"))).toEqual([
      "id\n1\n2\n",
      "id\n3\n",
    ]);
  });
});
