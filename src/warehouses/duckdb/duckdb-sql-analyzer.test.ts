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

describe("the identity of a query", () => {
  test.each([
    ["SELECT Id FROM raw.T AS A", "select ID from RAW.t as a"],
    [
      "WITH Src AS (FROM raw.x) SELECT s.Id AS Key FROM Src s",
      "WITH src AS (FROM raw.X) SELECT S.id AS KEY FROM SRC S",
    ],
    [
      "SELECT LOWER(a) FROM raw.x JOIN raw.y USING (Id)",
      "SELECT lower(A) FROM raw.x JOIN raw.y USING (ID)",
    ],
    [
      "SELECT * EXCLUDE (A) REPLACE (1 AS B) FROM raw.x",
      "SELECT * exclude (a) replace (1 as b) FROM raw.x",
    ],
    ["SELECT count(*) AS N FROM raw.x -- all", "/* n */ SELECT count( * ) AS n\n  FROM raw.x;"],
  ])("does not see the case of names: %s", async (one, other) => {
    expect(await codeOf(other)).toBe(await codeOf(one));
  });

  test.each([
    ["SELECT 'A'", "SELECT 'a'"],
    ["SELECT 1 WHERE x IN ('a', 'B')", "SELECT 1 WHERE x IN ('a', 'b')"],
    ["SELECT s['Key'] FROM raw.x", "SELECT s['key'] FROM raw.x"],
    ["SELECT {'Aa': 1} AS s", "SELECT {'aa': 1} AS s"],
    ["SELECT x::ENUM('A') FROM raw.x", "SELECT x::ENUM('a') FROM raw.x"],
    ['SELECT x::STRUCT("A" INTEGER) FROM raw.x', "SELECT x::STRUCT(a INTEGER) FROM raw.x"],
    [
      "SELECT 170141183460469231731687303715884105727",
      "SELECT 170141183460469231731687303715884105726",
    ],
    ["SELECT 9007199254740993", "SELECT 9007199254740992"],
    ["SELECT 'x\":9007199254740993,'", "SELECT 'x\":9007199254740992,'"],
    ["SELECT 1e400", "SELECT -1e400"],
    ["SELECT columns('A.*') FROM raw.x", "SELECT columns('a.*') FROM raw.x"],
    ["SELECT date_trunc('M', a) FROM raw.x", "SELECT date_trunc('m', a) FROM raw.x"],
  ])("sees what is data: %s", async (one, other) => {
    expect(await codeOf(other)).not.toBe(await codeOf(one));
  });
});

describe("the parts of a query", () => {
  async function partsOf(sql: string) {
    const analysis = await analyzer.analyze(sql);
    if (!analysis.ok) throw new Error(analysis.message);
    return analysis.parts;
  }

  async function compared(before: string, after: string) {
    const [old, young] = [await partsOf(before), await partsOf(after)];
    const codes = new Map(old?.columns.map(({ name, code }) => [name, code]));
    return {
      rows: old !== null && old.rows === young?.rows,
      same: young?.columns
        .filter(({ name, code }) => codes.get(name) === code)
        .map((one) => one.name),
    };
  }

  test.each([
    ["SELECT a, b FROM raw.x WHERE a > 1", "SELECT a, c, b FROM raw.x WHERE a > 1", ["a", "b"]],
    [
      "SELECT a, sum(b) AS s FROM raw.x GROUP BY 1",
      "SELECT c AS z, a, sum(b) AS s FROM raw.x GROUP BY 2",
      ["a", "s"],
    ],
    [
      "SELECT a, sum(b) AS s FROM raw.x GROUP BY a ORDER BY 2",
      "SELECT a, max(c) AS m, sum(b) AS s FROM raw.x GROUP BY a ORDER BY 3",
      ["a", "s"],
    ],
    ["SELECT a FROM raw.x", "SELECT A, lower(b) AS l FROM raw.X", ["a"]],
    ["SELECT sum(a) AS s FROM raw.x", "SELECT sum(a) AS s, count(*) AS n FROM raw.x", ["s"]],
    ["SELECT a, a + 1 AS b FROM raw.x", "SELECT a, a + 2 AS b FROM raw.x", ["a"]],
    [
      "SELECT a + 1 AS b, b * 2 AS c, d FROM raw.x",
      "SELECT a + 2 AS b, b * 2 AS c, d FROM raw.x",
      ["d"],
    ],
    [
      "WITH w AS (SELECT * FROM raw.x) SELECT a FROM w",
      "WITH w AS (SELECT * FROM raw.x) SELECT a, b FROM w",
      ["a"],
    ],
  ])("keep their identity when a column is added: %s → %s", async (before, after, same) => {
    expect(await compared(before, after)).toEqual({ rows: true, same });
  });

  test.each([
    ["SELECT a FROM raw.x WHERE a > 1", "SELECT a FROM raw.x WHERE a > 2"],
    ["SELECT a FROM raw.x", "SELECT a FROM raw.y"],
    ["SELECT 1 AS a FROM raw.x", "SELECT 1 AS a, count(*) AS n FROM raw.x"],
    ["SELECT 1 AS a FROM raw.x", "SELECT 1 AS a, wavg(b, c) AS n FROM raw.x"],
    ["SELECT upper(a) AS k FROM raw.x GROUP BY k", "SELECT lower(a) AS k FROM raw.x GROUP BY k"],
    ["SELECT upper(a) AS k FROM raw.x GROUP BY 1", "SELECT lower(a) AS k FROM raw.x GROUP BY 1"],
    ["SELECT a FROM raw.x WHERE k = 1", "SELECT a, b AS k FROM raw.x WHERE k = 1"],
    [
      "WITH w AS (SELECT a FROM raw.x) SELECT a FROM w",
      "WITH w AS (SELECT a FROM raw.y) SELECT a FROM w",
    ],
  ])("other rows are other rows: %s → %s", async (before, after) => {
    expect((await compared(before, after)).rows).toBe(false);
  });

  test.each([
    "SELECT DISTINCT a FROM raw.x",
    "SELECT DISTINCT ON (a) a, b FROM raw.x",
    "SELECT a, sum(b) AS s FROM raw.x GROUP BY ALL",
    "SELECT a FROM raw.x ORDER BY ALL",
    "SELECT a FROM raw.x UNION ALL SELECT a FROM raw.y",
    "SELECT * FROM raw.x",
    "SELECT a, y.* FROM raw.x, raw.y",
    "SELECT COLUMNS('a.*') FROM raw.x",
    "SELECT a, unnest(l) AS u FROM raw.x",
    "SELECT a FROM raw.x LIMIT 3",
    "SELECT a FROM raw.x USING SAMPLE 3",
    "SELECT a FROM raw.x TABLESAMPLE 10%",
    "SELECT a FROM raw.x QUALIFY row_number() OVER (ORDER BY a) = 1",
    "SELECT a, row_number() OVER (ORDER BY b) AS n FROM raw.x",
    "SELECT a, first(b) AS f FROM raw.x GROUP BY a",
    "SELECT a, random() AS r FROM raw.x",
    "SELECT a, current_date AS today FROM raw.x",
    "SELECT a FROM raw.x WHERE at > now()",
    "SELECT a + 1 FROM raw.x",
    "SELECT a, A FROM raw.x",
    "VALUES (1)",
    "FROM raw.x",
  ])("count as one: %s", async (sql) => {
    expect(await partsOf(sql.replace(" at ", ' "at" '))).toBeNull();
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
