import { afterAll, beforeAll, expect, test } from "vitest";
import { type PostgresScene, postgresScene } from "../support/postgres-scene.ts";

let scene: PostgresScene;
beforeAll(async () => {
  scene = await postgresScene("types");
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A PostgreSQL type, values of it, the DuckDB type, and the values there as text. */
const cases: readonly (readonly [
  type: string,
  values: readonly string[],
  duckdb: string,
  texts: readonly string[],
])[] = [
  ["smallint", ["-32768"], "SMALLINT", ["-32768"]],
  ["integer", ["2147483647"], "INTEGER", ["2147483647"]],
  ["bigint", ["-9223372036854775808"], "BIGINT", ["-9223372036854775808"]],
  ["oid", ["4294967295"], "UINTEGER", ["4294967295"]],
  ["real", ["1.1", "NaN", "-Infinity"], "FLOAT", ["1.1", "nan", "-inf"]],
  [
    "double precision",
    ["0.1", "1e308", "5e-324", "Infinity"],
    "DOUBLE",
    ["0.1", "1e+308", "5e-324", "inf"],
  ],
  ["numeric(38,10)", ["1234567890123456789012345678.0123456789"], "DECIMAL(38,10)", ["="]],
  ["numeric(10,0)", ["-9999999999"], "DECIMAL(10,0)", ["="]],
  ["numeric", ["0.1000", "1e100", "NaN"], "VARCHAR", ["0.1000", `1${"0".repeat(100)}`, "NaN"]],
  ["numeric(50,2)", ["1.50"], "VARCHAR", ["1.50"]],
  ["numeric(3,-2)", ["12345"], "VARCHAR", ["12300"]],
  ["money", ["1234.50"], "VARCHAR", ["1234.50"]],
  ["boolean", ["t", "f"], "BOOLEAN", ["true", "false"]],
  [
    "text",
    ["", " a ", "q\"u,o'te", "line\nbreak\r\n", "\\N", "\\.", "NULL", "ü😀", "tab\t"],
    "VARCHAR",
    ["="],
  ],
  ["varchar(5)", ["", "abc"], "VARCHAR", ["="]],
  ["char(5)", ["ab"], "VARCHAR", ["ab"]],
  ["name", ["pg"], "VARCHAR", ["="]],
  ["bytea", ["\\x00ff680a", "\\x"], "BLOB", ["\\x00\\xFFh\\x0A", ""]],
  [
    "date",
    ["2020-02-29", "0001-01-01", "0044-03-15 BC", "4713-01-01 BC", "12345-12-31", "infinity"],
    "DATE",
    ["2020-02-29", "0001-01-01", "0044-03-15 (BC)", "4713-01-01 (BC)", "12345-12-31", "infinity"],
  ],
  ["time", ["23:59:59.999999", "24:00:00"], "TIME", ["23:59:59.999999", "24:00:00"]],
  ["timetz", ["12:30:00+05:30"], "TIME WITH TIME ZONE", ["12:30:00+05:30"]],
  [
    "timestamp",
    ["2020-02-29 12:00:00.123456", "0044-03-15 12:00:00 BC", "-infinity", "12345-06-07 08:09:10"],
    "TIMESTAMP",
    ["2020-02-29 12:00:00.123456", "0044-03-15 (BC) 12:00:00", "-infinity", "12345-06-07 08:09:10"],
  ],
  [
    "timestamptz",
    ["2020-02-29 12:00:00.5+02", "0044-03-15 12:00:00+00 BC", "infinity"],
    "TIMESTAMP WITH TIME ZONE",
    ["2020-02-29 10:00:00.5+00", "0044-03-15 (BC) 12:00:00+00", "infinity"],
  ],
  [
    "interval",
    ["1 year 2 mons 3 days 04:05:06.789", "-1 mons +2 days -00:00:00.000001", "0", "100 hours"],
    "INTERVAL",
    [
      "1 year 2 months 3 days 04:05:06.789",
      "-1 month 2 days -00:00:00.000001",
      "00:00:00",
      "100:00:00",
    ],
  ],
  [
    "uuid",
    ["6BA7B810-9dad-11d1-80b4-00c04fd430c8"],
    "UUID",
    ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
  ],
  ["json", ['{"a": [1, null, "x\\"y"]}', "null"], "JSON", ["="]],
  ["jsonb", ['{"a": 123456789012345678901234567890}'], "JSON", ["="]],
  ["integer[]", ["{1,NULL,3}", "{}", "{{1},{2}}"], "JSON", ["[1,null,3]", "[]", "[[1],[2]]"]],
  ["text[]", ['{"a,b","q\\"x",NULL}'], "JSON", ['["a,b","q\\"x",null]']],
  ["mood", ["so so"], "VARCHAR", ["so so"]],
  ["price", ["9.99"], "DECIMAL(8,2)", ["9.99"]],
  ["point_of_sale", ['("x y",2)'], "JSON", ['{"shop":"x y","till":2}']],
  ["int4range", ["[1,5)"], "VARCHAR", ["[1,5)"]],
  ["inet", ["192.168.0.1/24"], "VARCHAR", ["="]],
  ["bit(3)", ["101"], "VARCHAR", ["101"]],
  ["xml", ["<a/>"], "VARCHAR", ["<a/>"]],
  ["tsvector", ["'a' 'b'"], "VARCHAR", ["="]],
  ["point", ["(1,2)"], "VARCHAR", ["="]],
];

test("every type arrives with its values, its NULLs and a type that holds them", async () => {
  const names = cases.map((_, index) => `c${index}`);
  const depth = Math.max(...cases.map(([, values]) => values.length));
  const literal = (text: string | undefined, type: string) =>
    text === undefined
      ? "NULL"
      : `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'::${type}`;
  const rows = Array.from({ length: depth + 1 }, (_, row) =>
    [String(row), ...cases.map(([type, values]) => literal(values[row], type))].join(", "),
  );
  const columns = cases.map(([type], index) => `c${index} ${type}`);
  await scene.run(`
    CREATE TYPE mood AS ENUM ('happy', 'so so');
    CREATE DOMAIN amount AS numeric(8,2);
    CREATE DOMAIN price AS amount CHECK (VALUE > 0);
    CREATE TYPE point_of_sale AS (shop text, till int);
    SET DateStyle = 'ISO, YMD';
    CREATE TABLE every_type (id int PRIMARY KEY, ${columns.join(", ")});
    INSERT INTO every_type VALUES ${rows.map((row) => `(${row})`).join(", ")};`);
  const manifest = await scene.sync(scene.source("every_type", { table: "every_type" }));
  expect(manifest.columns.slice(1).map((column) => column.type)).toEqual(
    cases.map(([, , duckdb]) => duckdb),
  );
  expect(await scene.rows("SELECT count(*) FROM raw.every_type")).toEqual([[depth + 1]]);
  const texts = names.map((name) => `CAST(${name} AS VARCHAR)`);
  const found = await scene.rows(`SELECT ${texts.join(", ")} FROM raw.every_type ORDER BY id`);
  for (const [index, [type, values, , expected]] of cases.entries()) {
    const wanted = expected[0] === "=" ? values : expected;
    const got = found.map((row) => row[index]);
    expect([type, ...got.slice(0, values.length)]).toEqual([type, ...wanted]);
    expect([type, ...got.slice(values.length)]).toEqual([
      type,
      ...Array(depth + 1 - values.length).fill(null),
    ]);
  }
});

test("years before Christ are as many days away as they were", async () => {
  await scene.run(`CREATE TABLE era (d date, t timestamp, z timestamptz);
    INSERT INTO era SELECT d::date, d, d AT TIME ZONE 'UTC'
    FROM generate_series('0005-01-01 BC'::timestamp, '0005-01-01'::timestamp, '97 days 3 hours') d`);
  await scene.sync(scene.source("era", { table: "era" }));
  const client = await scene.connect();
  const { rows } = await client.query(
    `SELECT sum(d - '2000-01-01'::date)::float8 AS d, sum(extract(epoch FROM t))::float8 AS t,
       sum(extract(epoch FROM z))::float8 AS z FROM era`,
  );
  await client.end();
  const [sums] = await scene.rows(
    `SELECT sum(date_diff('day', DATE '2000-01-01', d))::DOUBLE, sum(epoch(t))::DOUBLE,
       sum(epoch(z))::DOUBLE FROM raw.era`,
  );
  expect(sums).toEqual([rows[0].d, rows[0].t, rows[0].z]);
});

test("what DuckDB has no value for is kept apart with its reason, never changed", async () => {
  await scene.run(`CREATE TABLE odd (id int, n numeric(5,2), i interval);
    INSERT INTO odd VALUES (1, 'NaN', '1 day'), (2, 1.5, 'infinity'), (3, 2.5, '2 days')`);
  const source = scene.source("odd", { table: "odd" });
  const manifest = await scene.extract(source);
  expect(manifest.rows).toBe(3);
  await scene.sync(source);
  expect(await scene.rows("SELECT id, CAST(i AS VARCHAR) FROM raw.odd")).toEqual([[3, "2 days"]]);
  expect(await scene.rows("SELECT count(*) FROM quarantine.odd")).toEqual([[2]]);
});

test("one column of NULLs and empty texts keeps every row", async () => {
  await scene.run(`CREATE TABLE lonely (t text);
    INSERT INTO lonely VALUES (NULL), (''), (E'\\\\N'), (NULL), ('x')`);
  await scene.sync(scene.source("lonely", { table: "lonely" }));
  expect(await scene.rows("SELECT t FROM raw.lonely ORDER BY t NULLS FIRST")).toEqual([
    [null],
    [null],
    [""],
    ["\\N"],
    ["x"],
  ]);
});

test("an empty table arrives with its columns", async () => {
  await scene.run("CREATE TABLE nothing_yet (id int, t text)");
  const manifest = await scene.sync(scene.source("nothing_yet", { table: "nothing_yet" }));
  expect(manifest).toMatchObject({ rows: 0 });
  expect(await scene.rows("SELECT count(*) FROM raw.nothing_yet")).toEqual([[0]]);
});

test("names of any kind are quoted, and those that only case tells apart are renamed", async () => {
  await scene.run(`CREATE SCHEMA "My ""Schema""";
    CREATE TABLE "My ""Schema"""."Order.Details; --" ("Id" int, id int, "a b" text, "select" text);
    INSERT INTO "My ""Schema"""."Order.Details; --" VALUES (1, 2, 'x', 'y')`);
  const locator = { schema: 'My "Schema"', table: "Order.Details; --" };
  const manifest = await scene.sync(scene.source("odd_names", locator));
  expect(manifest.columns.map((column) => column.name)).toEqual(["Id", "id_1", "a b", "select"]);
  expect(await scene.rows("SELECT * FROM raw.odd_names")).toEqual([[1, 2, "x", "y"]]);
});

test("a declared type wins, and only the chosen columns are read, in their order", async () => {
  await scene.run(`CREATE TABLE priced (id int, amount numeric, secret text);
    INSERT INTO priced VALUES (1, 2.5, 'x')`);
  const source = scene.source("priced", {
    table: "priced",
    columns: ["amount", "id"],
    types: { amount: "decimal(18, 4)" },
  });
  const manifest = await scene.sync(source);
  expect(manifest.columns.map((column) => `${column.name} ${column.type}`)).toEqual([
    "amount DECIMAL(18,4)",
    "id INTEGER",
  ]);
  expect(await scene.rows("SELECT CAST(amount AS VARCHAR), id FROM raw.priced")).toEqual([
    ["2.5000", 1],
  ]);
});

test("large values pass", async () => {
  await scene.run(`CREATE TABLE large (id int, t text, b bytea);
    INSERT INTO large SELECT 1, repeat('x', 900000), decode(repeat('ab', 400000), 'hex')`);
  await scene.sync(scene.source("large", { table: "large" }));
  expect(await scene.rows("SELECT length(t), octet_length(b) FROM raw.large")).toEqual([
    [900_000, 400_000],
  ]);
});
