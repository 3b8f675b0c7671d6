import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Json } from "../../src/core/std/json.ts";
import type { Manifest } from "../../src/ports/staging.ts";
import type { LoadRequest, Warehouse } from "../../src/ports/warehouse.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";
import { buildOf, csv, gateOf, loadOf, manifestOf, never } from "./warehouse-requests.ts";

const flights = join(repositoryFolder, "node_modules/vega-datasets/data/flights-3m.parquet");
const flightColumns =
  "date TIMESTAMP, delay BIGINT, distance BIGINT, origin VARCHAR, destination VARCHAR";

/** What every Warehouse must do. `open` gives the same warehouse again for the same folder. */
export function warehouseContract(
  name: string,
  open: (folder: string) => Promise<Warehouse>,
): void {
  describe(`${name} is a Warehouse`, () => {
    let folder: ReturnType<typeof temporaryFolder>;
    let warehouse: Warehouse;

    beforeEach(async () => {
      folder = temporaryFolder();
      warehouse = await open(folder.path);
    });
    afterEach(async () => {
      await warehouse[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });

    let files = 0;
    const staged = (
      source: string,
      text: string,
      columns: string,
      options: Partial<Manifest> = {},
    ): Manifest => {
      files += 1;
      writeFiles(folder.path, { [`staged/${files}`]: text });
      const { cursor = null, format = csv, rows = null } = options;
      return manifestOf(source, [join(folder.path, `staged/${files}`)], {
        format,
        columns,
        cursor,
        rows,
      });
    };
    const load = async (request: LoadRequest) => {
      const [outcome] = await warehouse.load([request], never());
      if (outcome === undefined) throw new Error("a load has an outcome");
      return outcome;
    };
    const rowsOf = async (sql: string): Promise<readonly (readonly Json[])[]> =>
      (await warehouse.query(sql, 1_000)).rows;

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
        const outputs = await warehouse.outputs();
        expect(outputs.get(`raw.${strategy}`)?.fingerprint).toBe(one.fingerprint);
      }
    });

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
      expect(first).toMatchObject({ rowsStaged: 4, rowsInserted: 2, rowsQuarantined: 1 });
      const second = await load(loadOf(staged("m", "id,v\n2,b\n1,e\n3,f\n", columns), merge));
      expect(second).toMatchObject({ rowsStaged: 3, rowsInserted: 1, rowsUpdated: 1 });
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
      expect(await warehouse.cursor("c")).toBe(1);
      const next = staged("c", "id\n2\n", "id BIGINT", { cursor: 2 });
      await load(loadOf(next, { ...append, cursorBefore: 1 }));
      const late = staged("c", "id\n9\n", "id BIGINT", { cursor: 9 });
      await expect(load(loadOf(late, { ...append, cursorBefore: 1 }))).rejects.toMatchObject({
        code: "FENCED_OUT",
      });
      expect(await warehouse.cursor("c")).toBe(2);
      expect(await rowsOf("SELECT id FROM raw.c ORDER BY id")).toEqual([[1], [2]]);
      expect(await warehouse.cursor("nobody")).toBeNull();
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

    test("a type that no common type can hold is refused before anything is changed", async () => {
      const append = { strategy: "append" } as const;
      await load(loadOf(staged("t", "id\n9007199254740993\n", "id BIGINT"), append));
      for (const [text, columns] of [
        ["id\nabc\n", "id VARCHAR"],
        ["id\n1.5\n", "id DOUBLE"],
      ] as const) {
        await expect(load(loadOf(staged("t", text, columns), append))).rejects.toMatchObject({
          code: "SCHEMA_INCOMPATIBLE",
        });
      }
      expect(await rowsOf("SELECT id FROM raw.t")).toEqual([["9007199254740993"]]);
    });

    test("text goes into a text column as it was written", async () => {
      const append = { strategy: "append" } as const;
      await load(loadOf(staged("z", "code\nA1\n", "code VARCHAR"), append));
      await load(loadOf(staged("z", "code\n00123\n", "code BIGINT"), append));
      expect(await rowsOf("SELECT code FROM raw.z ORDER BY code")).toEqual([["00123"], ["A1"]]);
    });

    test("columns are matched by name, whatever their order in each file", async () => {
      writeFiles(folder.path, { "p/1": "a,b\n1,x\n", "p/2": "b,a\ny,2\n", "p/3": "b\nz\n" });
      const paths = ["1", "2", "3"].map((file) => join(folder.path, "p", file));
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

    test.each([
      { row: "3.7,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
      { row: "1,2020-01-01 12:30:00,2020-01-01 10:00:00,1.25", column: "d" },
      { row: "1,2020-01-01,2020-01-01 10:00:00.1234567,1.25", column: "t" },
      { row: "1,2020-01-01,2020-01-01 10:00:00+02:00,1.25", column: "t" },
      { row: "1,2020-01-01,2020-01-01 10:00:00,1.259", column: "m" },
      { row: "x,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
      { row: "9223372036854775808,2020-01-01,2020-01-01 10:00:00,1.25", column: "n" },
    ])(
      "a row that would lose something goes to quarantine whole: $row",
      async ({ row, column }) => {
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
      },
    );

    test("lines that are no rows go to quarantine with their text, file and line", async () => {
      const text = "a,b\n1,x\n2\n3,y,z\n4,w\n";
      const outcome = await load(loadOf(staged("r", text, "a BIGINT, b VARCHAR")));
      expect(outcome).toMatchObject({ rowsStaged: 4, rowsInserted: 2, rowsQuarantined: 2 });
      const kept = await rowsOf(
        "SELECT _raw, _reason, _load_id, _run FROM quarantine.r ORDER BY 1",
      );
      expect(kept.map((row) => row[0])).toEqual(["2", "3,y,z"]);
      expect(kept[0]?.[1]).toMatch(/^line 3 of .*: Expected Number of Columns: 2 Found: 1/);
      expect(kept[0]?.[3]).toBe("run-1");
      expect((await warehouse.outputs()).get("raw.r")?.quarantinedRows).toBe(2);
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
      const outcome = await load(
        loadOf(staged("j", text, columns, { format: { type: "ndjson" } })),
      );
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
      await expect(warehouse.sample({ schema: "quarantine", name: "g" }, 1)).rejects.toThrow(
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
      ).rejects.toMatchObject({ code: "WAREHOUSE_REFUSED" });
    });

    test("a batch commits together, or not at all", async () => {
      const good = loadOf(staged("b1", "id\n1\n", "id BIGINT"));
      const gates = [gateOf("none", { kind: "row_count", min: 2, max: null })];
      const bad = loadOf(staged("b2", "id\n1\n", "id BIGINT"), { gates });
      await expect(warehouse.load([good, bad], never())).rejects.toMatchObject({
        code: "GATE_FAILED",
      });
      expect(await warehouse.outputs()).toEqual(new Map());
      const outcomes = await warehouse.load([good, { ...bad, gates: [] }], never());
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

    test("a transform builds, repeats nothing, and builds again when an older code comes back", async () => {
      const one = buildOf("m", "SELECT 1 AS a");
      const two = buildOf("m", "SELECT 2 AS a", { materialize: "view" });
      expect(await warehouse.transform(one, never())).toMatchObject({ isRepeat: false, rows: 1 });
      expect(await warehouse.transform(one, never())).toMatchObject({ isRepeat: true, rows: 1 });
      expect(await warehouse.transform(two, never())).toMatchObject({ isRepeat: false });
      expect(await warehouse.transform(one, never())).toMatchObject({ isRepeat: false });
      expect(await rowsOf("FROM main.m")).toEqual([[1]]);
      expect(await rowsOf("SELECT list(seq ORDER BY seq) FROM _sluice.loads")).toEqual([
        [[1, 2, 3]],
      ]);
    });

    test("a transform whose gate does not hold leaves the old output", async () => {
      await warehouse.transform(buildOf("m", "SELECT 1 AS a"), never());
      const gates = [gateOf("small", { kind: "expression", sql: "a < 2" })];
      await expect(
        warehouse.transform(buildOf("m", "SELECT 2 AS a", { gates }), never()),
      ).rejects.toMatchObject({ code: "GATE_FAILED" });
      expect(await rowsOf("FROM main.m")).toEqual([[1]]);
    });

    test("a transform reads inputs that never arrived as empty", async () => {
      const emptyInputs = [
        {
          table: { schema: "raw", name: "late" },
          columns: [{ name: "id", type: "BIGINT", nullable: true }],
        },
      ];
      const request = buildOf("m", "SELECT count(*) AS n FROM raw.late", { emptyInputs });
      await warehouse.transform(request, never());
      expect(await rowsOf("FROM main.m")).toEqual([[0]]);
      await load(loadOf(staged("late", "id\n1\n", "id BIGINT")));
    });

    test.each([
      "SELECT nope FROM raw.nothing",
      "SELECT 1; SELECT 2",
      "DROP TABLE raw.a",
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM read_text('/etc/hostname')",
      "SELECT * FROM '/etc/passwd'",
      "SELECT * FROM query('SELECT 1')",
      "SELECT CAST('x' AS INTEGER) AS a",
    ])("a model that cannot be is refused by name: %s", async (sql) => {
      await expect(warehouse.transform(buildOf("broken", sql), never())).rejects.toMatchObject({
        code: "WAREHOUSE_REFUSED",
        message: expect.stringContaining("broken"),
      });
      expect((await warehouse.outputs()).size).toBe(0);
    });

    test("what Sluice did not make is not written over", async () => {
      await warehouse.transform(buildOf("theirs", "SELECT 1 AS a"), never());
      const sql = "SELECT 2 AS a";
      await warehouse.transform(buildOf("ours", sql), never());
      expect((await warehouse.outputs()).size).toBe(2);
    });

    test("queries are bounded and can only read", async () => {
      await load(loadOf(staged("a", "id\n1\n2\n3\n", "id BIGINT")));
      expect(await warehouse.query("SELECT id FROM raw.a ORDER BY id DESC", 2)).toEqual({
        columns: ["id"],
        rows: [[3], [2]],
        isTruncated: true,
      });
      expect(await warehouse.sample({ schema: "raw", name: "a" }, 5)).toMatchObject({
        isTruncated: false,
      });
      for (const sql of ["DELETE FROM raw.a", "COPY raw.a TO 'x'", "SELECT 1; DROP TABLE raw.a"]) {
        await expect(warehouse.query(sql, 1)).rejects.toMatchObject({ code: "WAREHOUSE_REFUSED" });
      }
    });

    test("measures conditions on a table as it stands", async () => {
      await load(loadOf(staged("a", 'id\n1\n1\n""\n', "id BIGINT")));
      const gates = [
        gateOf("u", { kind: "unique", columns: ["id"] }, "warn"),
        gateOf("c", { kind: "row_count", min: 5, max: null }),
      ];
      const table = { schema: "raw", name: "a" };
      expect(await warehouse.measure(table, gates, never())).toEqual({
        rows: 3,
        measurements: [
          { gate: "u", rows: 3, failing: 2, onFail: "warn" },
          { gate: "c", rows: 3, failing: 1, onFail: "fail" },
        ],
      });
    });

    test("a fired signal ends a load and a transform with nothing half done", async () => {
      const manifest = manifestOf("f", [flights], {
        format: { type: "parquet" },
        columns: flightColumns,
      });
      const slow =
        "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1";
      const controller = new AbortController();
      const both = [
        warehouse.load([loadOf(manifest)], controller.signal),
        warehouse.transform(buildOf("slow", slow), controller.signal),
      ];
      setTimeout(() => controller.abort(), 100);
      for (const ended of await Promise.allSettled(both)) {
        expect(ended).toMatchObject({ status: "rejected", reason: { code: "CANCELLED" } });
      }
      expect(await warehouse.outputs()).toEqual(new Map());
      expect(await load(loadOf(manifest))).toMatchObject({ rowsInserted: 3_000_000 });
    });

    test("loads and transforms run side by side, also on one target", async () => {
      const sources = Array.from({ length: 12 }, (_, index) =>
        loadOf(staged(`s${index % 6}`, `id,v\n1,${index}\n`, "id BIGINT, v BIGINT"), {
          strategy: "append",
        }),
      );
      const models = Array.from({ length: 8 }, (_, index) =>
        buildOf(`m${index % 4}`, `SELECT count(*) + ${index} AS n FROM range(100000)`),
      );
      await Promise.all([
        ...sources.map((request) => load(request)),
        ...models.map((request) => warehouse.transform(request, never())),
      ]);
      expect(await rowsOf("SELECT count(*) FROM _sluice.loads")).toEqual([[20]]);
      expect(await rowsOf("SELECT count(*) FROM raw.s0")).toEqual([[2]]);
    });

    test("what was committed is there after closing and opening again", async () => {
      const request = loadOf(staged("a", "id\n1\n", "id BIGINT"), { strategy: "append" });
      await load(request);
      const before = await warehouse.outputs();
      await warehouse.checkpoint();
      await warehouse[Symbol.asyncDispose]();
      warehouse = await open(folder.path);
      expect(await warehouse.outputs()).toEqual(before);
      expect((await load(request)).isRepeat).toBe(true);
    });
  });
}
