import { describe, expect, test } from "vitest";
import { duckdbSqlAnalyzer } from "./duckdb-sql-analyzer.ts";

const analyzer = duckdbSqlAnalyzer();

async function reads(sql: string): Promise<readonly string[]> {
  const analysis = await analyzer.analyze(sql);
  if (!analysis.ok) throw new Error(analysis.message);
  return analysis.reads.map(({ schema, name }) => (schema === "" ? name : `${schema}.${name}`));
}

async function codeOf(sql: string): Promise<string> {
  const analysis = await analyzer.analyze(sql);
  if (!analysis.ok) throw new Error(analysis.message);
  return analysis.code;
}

describe("duckdbSqlAnalyzer", () => {
  test.each([
    ["SELECT * FROM raw.b JOIN raw.a USING (id), raw.b AS again", ["raw.a", "raw.b"]],
    ["FROM x", ["x"]],
    ["WITH a AS (SELECT * FROM x) SELECT * FROM a, raw.a", ["x", "raw.a"]],
    ["WITH a AS (FROM x), b AS (WITH a AS (FROM y) FROM a) SELECT * FROM A, b", ["x", "y"]],
    ["WITH a AS (FROM a) FROM a", ["a"]],
    ["SELECT * FROM (WITH t AS (FROM x) FROM t) JOIN t USING (id)", ["t", "x"]],
    [
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r, s WHERE n < 5) FROM r",
      ["s"],
    ],
    [
      "SELECT (SELECT max(v) FROM z WHERE z.id = q.id) FROM q WHERE EXISTS (FROM e)",
      ["e", "q", "z"],
    ],
    ["SELECT 1 FROM a WHERE x IN (SELECT y FROM b) ORDER BY (SELECT 1 FROM c)", ["a", "b", "c"]],
    ["SELECT * FROM a, LATERAL (SELECT * FROM b WHERE b.i = a.i)", ["a", "b"]],
    ["SELECT 1 FROM a UNION ALL (SELECT 2 FROM b EXCEPT SELECT 3 FROM c)", ["a", "b", "c"]],
    ["PIVOT cities ON year IN (2000, 2010) USING sum(pop)", ["cities"]],
    ["SELECT * FROM range(3), unnest([1]), (VALUES (1)) AS v, generate_series(1, 2)", []],
    ["SELECT count(*) FILTER (x > (SELECT 1 FROM f)) OVER (PARTITION BY y) FROM a", ["a", "f"]],
    ['SELECT * FROM "Odd ""Name"""."x.y"', ['Odd "Name".x.y']],
    ["SELECT 1 -- FROM x\n;", []],
    ["SELECT * FROM warehouse.raw.a", ["raw.a"]],
  ])("reads of %s", async (sql, expected) => {
    expect(await reads(sql)).toEqual(expected);
  });

  test("white space, comments and keyword case do not change the code; anything else does", async () => {
    const code = await codeOf("SELECT a, 9007199254740993 AS b FROM raw.x WHERE a > 'q'");
    expect(
      await codeOf(
        "select  a, -- comment\n 9007199254740993 as b\nfrom raw.x /* x */ where (a > 'q');",
      ),
    ).toBe(code);
    for (const other of [
      "SELECT a, 9007199254740992 AS b FROM raw.x WHERE a > 'q'",
      "SELECT a, 9007199254740993 AS c FROM raw.x WHERE a > 'q'",
      "SELECT a, 9007199254740993 AS b FROM raw.y WHERE a > 'q'",
      "SELECT a, 9007199254740993 AS b FROM raw.x WHERE a > 'Q'",
      "SELECT a, 9007199254740993 AS b FROM raw.x WHERE a >= 'q'",
    ]) {
      expect(await codeOf(other)).not.toBe(code);
    }
  });

  test.each([
    ["", "There is no SQL", null],
    ["-- nothing", "There is no SQL", null],
    ["SELECT 1; SELECT 2", /one SELECT/, null],
    ["DROP TABLE raw.x", /Only a SELECT/, null],
    ["PIVOT cities ON year USING sum(pop)", /Only a SELECT/, null],
    ["SELECT a FRM x y", 'syntax error at or near "x"', 13],
    ["SELECT '😀日é' FRM x y", 'syntax error at or near "x"', 18],
    ["SELECT 1 \0", /NUL/, 9],
    ["SUMMARIZE raw.x", /not a SELECT/, null],
    ["SELECT * FROM 'data/x.csv'", /'data\/x.csv' is a file/, null],
    ["SELECT * FROM 'x.parquet'", /is a file/, null],
    ["SELECT * FROM read_csv('x.csv')", /read_csv\(\) cannot be read from/, null],
    ["SELECT (SELECT content FROM read_text('/etc/passwd'))", /read_text\(\)/, null],
    ["FROM query('FROM x')", /query\(\)/, null],
    ["FROM memory.main.x", /another database/, null],
  ])("%j is refused", async (sql, message, offset) => {
    const analysis = await analyzer.analyze(sql);
    expect(analysis).toMatchObject({ ok: false, offset });
    expect(analysis.ok ? "" : analysis.message).toMatch(message);
  });
});

describe("a condition over a row", () => {
  test.each([
    "amount > 0",
    "amount > 0 -- never less",
    "name = ')' OR \"a(b\" > 1",
    "id IN (SELECT id FROM raw.known) AND length(name) BETWEEN 1 AND 5",
    "EXISTS (SELECT 1 FROM main.days d WHERE d.day = s.day)",
  ])("is accepted: %s", async (sql) => {
    expect(await analyzer.analyzeCondition(sql)).toEqual({ ok: true });
  });

  test.each([
    ["amount >", "The condition ends before it is complete", 8],
    ["amount > > 1", 'syntax error at or near ">"', 9],
    ["amount > 0 AS x", 'syntax error at or near "AS"', 11],
    ["true) OR (1 = 1", "A condition is one expression over a row", null],
    ["1) FROM x WHERE (true", "A condition is one expression over a row", null],
    ["1); DROP TABLE x; SELECT (1", "Only a SELECT can stand here", null],
    ["id IN (SELECT a FROM read_csv('x'))", "read_csv() cannot be read from", null],
  ])("is refused: %s", async (sql, message, offset) => {
    const analysis = await analyzer.analyzeCondition(sql);
    expect(analysis).toMatchObject({ ok: false, offset });
    expect(analysis.ok ? "" : analysis.message).toContain(message);
  });
});
