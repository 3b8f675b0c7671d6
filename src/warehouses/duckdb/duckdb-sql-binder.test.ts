import { describe, expect, test } from "vitest";
import type { TableShape } from "../../core/lineage/query-lineage.ts";
import { duckdbSqlBinder } from "./duckdb-sql-binder.ts";

const binder = duckdbSqlBinder();

function shape(text: string, columns: Readonly<Record<string, string>>): TableShape {
  const [schema = "", name = ""] = text.split("|");
  return {
    table: { schema, name },
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      type,
      nullable: true,
    })),
  };
}

const tables: readonly TableShape[] = [
  shape("raw|t", {
    id: "BIGINT",
    "Country/Region": "VARCHAR",
    amount: "DECIMAL(18,2)",
    address: "STRUCT(city VARCHAR, zip VARCHAR)",
    at: "TIMESTAMP",
  }),
  shape("raw|u", { id: "BIGINT", v: "VARCHAR", w: "VARCHAR" }),
];

async function scans(sql: string, shapes = tables): Promise<readonly string[]> {
  const result = await binder.scans({ sql, dialect: "duckdb", tables: shapes });
  if (!result.ok) throw new Error(result.message);
  return result.scans.map(({ table, column }) => `${table}|${column}`);
}

describe("what the engine reads", () => {
  test.each([
    ["SELECT id FROM raw.u WHERE v = 'x'", ["u|id", "u|v"]],
    ["SELECT id FROM raw.u WHERE false AND v = 'x'", ["u|id", "u|v"]],
    ["SELECT id FROM raw.u WHERE true OR v = 'x'", ["u|id", "u|v"]],
    ["SELECT CASE WHEN true THEN id ELSE length(v) END FROM raw.u", ["u|id", "u|v"]],
    ["SELECT id FROM raw.u WHERE v = v", ["u|id", "u|v"]],
    ["SELECT id FROM raw.u LIMIT 0", ["u|id"]],
    ["SELECT id FROM raw.u ORDER BY v LIMIT 3", ["u|id", "u|v"]],
    ["SELECT count(*) FROM raw.u", []],
    ["SELECT count(*) FROM (SELECT DISTINCT v FROM raw.u)", ["u|v"]],
    ["SELECT DISTINCT ON (v) id FROM raw.u", ["u|id", "u|v"]],
    ["SELECT * EXCLUDE (v, w) FROM raw.u", ["u|id"]],
    ["SELECT COLUMNS('^i') FROM raw.u", ["u|id"]],
    ["SELECT u FROM raw.u", ["u|id", "u|v", "u|w"]],
    ["SELECT 1 FROM raw.u GROUP BY ROLLUP (v)", ["u|v"]],
    ["SELECT id FROM raw.u QUALIFY row_number() OVER (ORDER BY v) = 1", ["u|id", "u|v"]],
    ["SELECT count(*) OVER (PARTITION BY w) FROM raw.u", ["u|w"]],
    ["PIVOT raw.u ON v IN ('a', 'b') USING sum(id) GROUP BY w", ["u|id", "u|v", "u|w"]],
    ["SELECT list_transform([1], q -> q + id) FROM raw.u", ["u|id"]],
    ["SELECT u.id FROM raw.u JOIN raw.t ON t.id = length(u.v)", ["t|id", "u|id", "u|v"]],
    ["SELECT u.id FROM raw.u LEFT JOIN raw.t USING (id)", ["t|id", "u|id"]],
    ["SELECT 1 FROM raw.u WHERE EXISTS (FROM raw.t WHERE t.id = u.id)", ["t|id", "u|id"]],
    ["SELECT id FROM raw.u WHERE id NOT IN (SELECT id FROM raw.t)", ["t|id", "u|id"]],
    ["SELECT z.x FROM raw.u, LATERAL (SELECT u.v || 'x' AS x) z", ["u|v"]],
    ["SELECT id FROM raw.t UNION ALL SELECT id FROM raw.u", ["t|id", "u|id"]],
    ["WITH c AS MATERIALIZED (FROM raw.u) SELECT id FROM c", ["u|id"]],
    [
      "WITH RECURSIVE r AS (SELECT id FROM raw.u UNION ALL SELECT r.id + 1 FROM r JOIN raw.t USING (id)) FROM r",
      ["t|id", "u|id"],
    ],
    ['SELECT "country/region" FROM warehouse.raw.t', ["t|Country/Region"]],
    ['SELECT address.city FROM raw.t WHERE "at" > now()', ["t|address", "t|at"]],
    ["SELECT rowid FROM raw.u", []],
    ["SELECT 1 -- FROM raw.u\n;", []],
  ])("%s", async (sql, expected) => {
    expect(await scans(sql)).toEqual(expected.map((text) => `raw.${text}`));
  });

  test("odd names are read as they are", async () => {
    const odd = [
      shape('a.b|c "d"', { "s.a": "INTEGER", s: "STRUCT(a INTEGER)", 'q"': "INTEGER", "": "DATE" }),
    ].map((one) => ({ ...one, columns: one.columns.filter(({ name }) => name !== "") }));
    expect(await scans('SELECT "q""" FROM "a.b"."c ""d"""', odd)).toEqual(['a.b.c "d"|q"']);
    expect(await scans('SELECT "s.a" FROM "a.b"."c ""d"""', odd)).toContain('a.b.c "d"|s.a');
    const line = [shape("raw|l", { "x\ny": "INTEGER", z: "INTEGER" })];
    expect(await scans('SELECT "x\ny" FROM raw.l', line)).toContain("raw.l|x\ny");
  });

  test.each([
    ["SELECT nothing FROM raw.u", "duckdb", /"nothing" not found/],
    ["SELECT 1; DROP TABLE raw.u", "duckdb", /SELECT/],
    ["SELECT * FROM read_csv('/etc/passwd')", "duckdb", /read_csv\(\) cannot be read from/],
    ["SELECT id FROM raw.u", "snowflake", /snowflake/],
  ])("what cannot be planned is answered: %s", async (sql, dialect, message) => {
    const result = await binder.scans({ sql, dialect, tables });
    expect(result.ok ? "" : result.message).toMatch(message);
  });
});

describe("binding", () => {
  const query = (name: string, sql: string) => ({ table: { schema: "main", name }, sql });

  test("each query that binds is there for those after it, with its columns and types", async () => {
    const results = await binder.bind(tables, [
      query("a", 'SELECT id, "Country/Region" AS country, amount / 2 AS half FROM raw.t'),
      query("b", "SELECT country, sum(half) AS total, NULL AS nothing, id, id FROM a GROUP BY ALL"),
      query("c", "SELECT total + 1 AS more, lower(nothing::VARCHAR) AS n, id_1 FROM main.b"),
    ]);
    expect(
      results.map((one) =>
        one.ok ? one.columns.map(({ name, type }) => `${name} ${type}`) : one.message,
      ),
    ).toEqual([
      ["id BIGINT", "country VARCHAR", "half DOUBLE"],
      ["country VARCHAR", "total DOUBLE", "nothing INTEGER", "id BIGINT", "id_1 BIGINT"],
      ["more DOUBLE", "n VARCHAR", "id_1 BIGINT"],
    ]);
  });

  test("a query that does not bind says why, and those that read it fail too", async () => {
    const results = await binder.bind(tables, [
      query("a", "SELECT email FROM raw.u"),
      query("b", "SELECT * FROM main.a"),
      query("c", "SELECT id FROM raw.u"),
    ]);
    expect(results).toMatchObject([
      {
        ok: false,
        message:
          'Binder Error: Referenced column "email" not found in FROM clause! Candidate bindings: "id"',
      },
      { ok: false, message: expect.stringMatching(/Table with name a does not exist/) },
      { ok: true },
    ]);
  });

  test("calls do not see each other's tables, even at the same time", async () => {
    const call = (type: string) =>
      binder.bind([shape("raw|only", { x: type })], [query("m", "SELECT x FROM raw.only")]);
    const [first, second] = await Promise.all([call("INTEGER"), call("VARCHAR")]);
    expect([first, second]).toMatchObject([
      [{ columns: [{ type: "INTEGER" }] }],
      [{ columns: [{ type: "VARCHAR" }] }],
    ]);
    const [after] = await binder.bind([], [query("n", "FROM main.m")]);
    expect(after?.ok).toBe(false);
  });

  test("a query is bound, not run", async () => {
    const endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) FROM r";
    const [result] = await binder.bind([], [query("endless", endless)]);
    expect(result).toMatchObject({ ok: true, columns: [{ name: "n", type: "INTEGER" }] });
  });

  test("every type makes a table, and one that is none is named", async () => {
    const types = [
      "TINYINT",
      "UHUGEINT",
      "DECIMAL(38,10)",
      "TIMESTAMP WITH TIME ZONE",
      "TIMESTAMP_NS",
      "ENUM('a', 'b''c')",
      'STRUCT("odd name" INTEGER, b VARCHAR[])[]',
      "MAP(VARCHAR, STRUCT(a INTEGER[]))",
      "UNION(num INTEGER, str VARCHAR)",
      "INTEGER[3]",
      "JSON",
      "BIT",
      "INTERVAL",
      "UUID",
      "BLOB",
      "NULL",
      "NULL[]",
      '"NULL"[]',
    ];
    const all = shape("raw|x", Object.fromEntries(types.map((type, at) => [`c${at}`, type])));
    const results = await binder.bind([all], [query("m", "FROM raw.x")]);
    expect(results).toMatchObject([{ ok: true }]);
    const bad = await binder.bind(
      [shape("raw|x", { a: "INTEGER); DROP TABLE raw.u; --" })],
      [query("m", "FROM raw.x")],
    );
    expect(bad[0]?.ok === false ? bad[0].message : "").toMatch(/raw\.x: .*type/i);
  });
});
