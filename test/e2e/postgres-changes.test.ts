import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { JsonObject } from "../../src/core/std/json.ts";
import { codeOf, never, sourceOf } from "../contract/connector-contract.ts";
import { type PostgresScene, postgresScene } from "../support/postgres-scene.ts";

let scene: PostgresScene;
beforeAll(async () => {
  scene = await postgresScene("changes");
});
afterAll(() => scene[Symbol.asyncDispose]());

describe("the fingerprint of a table", () => {
  const fingerprint = async () => (await scene.probe({ table: "watched" })).fingerprint;

  test("changes with every kind of change, and with nothing else", async () => {
    await scene.run(`CREATE TYPE state AS ENUM ('new', 'paid');
      CREATE TABLE watched (id int PRIMARY KEY, v text, s state);
      INSERT INTO watched SELECT g, 'x', 'new' FROM generate_series(1, 1000) g`);
    const seen = new Set([await fingerprint()]);
    const changes = [
      "INSERT INTO watched VALUES (1001, 'x', 'new')",
      "UPDATE watched SET v = 'y' WHERE id = 500",
      "UPDATE watched SET v = 'x' WHERE id = 500",
      "UPDATE watched SET v = v WHERE id = 1",
      "DELETE FROM watched WHERE id = 1001",
      "BEGIN; DELETE FROM watched WHERE id = 7; INSERT INTO watched VALUES (7, 'x', 'new'); COMMIT",
      "UPDATE watched SET id = CASE id WHEN 1 THEN -2 ELSE -1 END WHERE id IN (1, 2)",
      "ALTER TABLE watched ADD COLUMN d int DEFAULT 5",
      "ALTER TABLE watched DROP COLUMN d; ALTER TABLE watched ADD COLUMN d int DEFAULT 6",
      "ALTER TABLE watched DROP COLUMN d; ALTER TABLE watched ADD COLUMN d int DEFAULT 7",
      "ALTER TYPE state RENAME VALUE 'new' TO 'fresh'",
      "ALTER TABLE watched ALTER COLUMN v TYPE varchar(10)",
      "TRUNCATE watched",
      "INSERT INTO watched SELECT g, 'x', 'paid' FROM generate_series(1, 10) g",
    ];
    for (const [index, change] of changes.entries()) {
      await scene.run(change);
      seen.add(await fingerprint());
      expect([change, seen.size]).toEqual([change, index + 2]);
    }
    const last = await fingerprint();
    for (const none of [
      "VACUUM watched",
      "VACUUM FREEZE watched",
      "ANALYZE watched",
      "CHECKPOINT",
    ]) {
      await scene.run(none);
      expect([none, await fingerprint()]).toEqual([none, last]);
    }
    const rolledBack = "BEGIN; UPDATE watched SET v = 'z'; ROLLBACK";
    await scene.run(rolledBack);
    expect(await fingerprint()).toBe(last);
  });

  test("comes with the declared shape, enumerations, nullability and key included", async () => {
    await scene.run(`CREATE TYPE mood AS ENUM ('sad', 'it''s fine');
      CREATE TABLE declared (id int, region text, m mood, ms mood[], note text NOT NULL, PRIMARY KEY (region, id))`);
    const shapeOf = async (locator: JsonObject) =>
      (await scene.probe({ table: "declared", ...locator })).arriving.map((one) => ({
        ...one,
        columns: one.columns.map(({ name, type, nullable }) => [name, type, nullable]),
      }));
    const columns = [
      ["id", "INTEGER", false],
      ["region", "VARCHAR", false],
      ["m", "ENUM('sad', 'it''s fine')", true],
      ["ms", "JSON", true],
      ["note", "VARCHAR", false],
    ];
    const rest = { key: ["region", "id"], evidence: { kind: "declared" }, origin: "" };
    expect(await shapeOf({})).toEqual([{ columns, ...rest }]);
    await scene.run("ALTER TYPE mood ADD VALUE 'glad' BEFORE 'it''s fine'");
    expect((await shapeOf({}))[0]?.columns[2]?.[1]).toBe("ENUM('sad', 'glad', 'it''s fine')");
    expect((await shapeOf({ types: { m: "VARCHAR" } }))[0]?.columns[2]?.[1]).toBe("VARCHAR");
  });

  test("of a view, a partitioned table and a materialized view follows their rows", async () => {
    await scene.run(`CREATE TABLE parts (id int, v text) PARTITION BY RANGE (id);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
      CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
      CREATE VIEW seen AS SELECT id, v FROM parts;
      CREATE MATERIALIZED VIEW kept AS SELECT id, v FROM parts;
      INSERT INTO parts VALUES (1, 'a'), (11, NULL)`);
    const of = async () =>
      Promise.all(
        ["parts", "seen", "kept"].map(async (table) => (await scene.probe({ table })).fingerprint),
      );
    const before = await of();
    await scene.run("UPDATE parts SET v = '' WHERE id = 11");
    const between = await of();
    expect(between[0]).not.toBe(before[0]);
    expect(between[1]).not.toBe(before[1]);
    expect(between[2]).toBe(before[2]);
    await scene.run("REFRESH MATERIALIZED VIEW kept");
    expect((await of())[2]).not.toBe(before[2]);
    const manifest = await scene.sync(scene.source("parts", { table: "parts" }));
    expect(manifest.rows).toBe(2);
  });

  test("is not read again while the write-ahead log stands still, and is once it moves", async () => {
    await scene.run("CREATE TABLE quiet AS SELECT g AS id FROM generate_series(1, 5000) g");
    const locator = { table: "quiet" };
    const first = await scene.probe(locator);
    // Reading tidies pages for the first time, which is written to the log as well.
    let second = first;
    for (let still = false; !still; ) {
      await scene.run("CHECKPOINT");
      const before = await scene.probe(locator);
      second = await scene.probe(locator, before.memo);
      still = second.memo !== null && hashOf(second.memo) === hashOf(before.memo);
    }
    expect(second.memo).toMatchObject({ fingerprint: first.fingerprint, rows: 5_000 });
    // A memo that says something else shows that nothing was scanned.
    const told = { ...Object(second.memo), fingerprint: "0".repeat(64), rows: 7 };
    expect(await scene.probe(locator, told)).toMatchObject({ fingerprint: told.fingerprint });
    await scene.run("INSERT INTO quiet VALUES (0)");
    const after = await scene.probe(locator, told);
    expect(after.rows).toBe(5_001);
    expect(after.fingerprint).not.toBe(first.fingerprint);
  });

  test("leaves no memo while a transaction is open, nor for tables outside the log", async () => {
    await scene.run("CREATE TABLE busy (id int); CREATE UNLOGGED TABLE loose (id int)");
    const client = await scene.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO busy VALUES (1)");
    const open = await scene.probe({ table: "busy" });
    expect(open).toMatchObject({ rows: 0, memo: null });
    await client.query("COMMIT");
    await client.end();
    expect((await scene.probe({ table: "busy" }, open.memo)).rows).toBe(1);
    expect((await scene.probe({ table: "loose" })).memo).toBeNull();
  });

  test("by cursor trusts the cursor column alone", async () => {
    await scene.run(`CREATE TABLE trusted (id int, at timestamptz);
      INSERT INTO trusted VALUES (1, '2020-01-01Z'), (2, 'infinity')`);
    const locator = { table: "trusted", cursor: "id", fingerprint: "cursor" };
    const before = await scene.probe(locator);
    await scene.run("UPDATE trusted SET at = '2021-01-01Z' WHERE id = 1");
    expect((await scene.probe(locator)).fingerprint).toBe(before.fingerprint);
    await scene.run("INSERT INTO trusted VALUES (3, '2020-01-01Z')");
    expect((await scene.probe(locator)).fingerprint).not.toBe(before.fingerprint);
    const { changedAt } = await scene.probe({ table: "trusted", cursor: "at" });
    expect(changedAt).toBe(Date.UTC(2021, 0, 1));
    expect((await scene.probe({ table: "trusted", fingerprint: "cursor" })).presence).toMatchObject(
      { state: "unreachable", code: "PROJECT_INVALID" },
    );
  });
});

describe("one instant for all tables", () => {
  test("tables that are extracted by one session agree, whatever is written meanwhile", async () => {
    await scene.run(`CREATE TABLE left_side (n int); CREATE TABLE right_side (n int);
      INSERT INTO left_side VALUES (0); INSERT INTO right_side VALUES (0)`);
    await using session = await scene.open();
    const left = scene.source("left_side", { table: "left_side" });
    const right = scene.source("right_side", { table: "right_side" });
    const client = await scene.connect();
    const extracts: Promise<{ readonly rows: number | null }>[] = [];
    for (let round = 1; round <= 20; round += 1) {
      await client.query(
        `BEGIN; INSERT INTO left_side VALUES (${round}); INSERT INTO right_side VALUES (${round}); COMMIT`,
      );
      extracts.push(scene.extract(round % 2 === 0 ? left : right, null, session));
    }
    await client.end();
    const counts = new Set((await Promise.all(extracts)).map((manifest) => manifest.rows));
    expect(counts.size).toBe(1);
    await using later = await scene.open();
    expect((await scene.extract(left, null, later)).rows).toBe(21);
  });

  test("what is extracted after a probe is not older than what the probe saw", async () => {
    await scene.run("CREATE TABLE newer (n int)");
    await using session = await scene.open();
    const source = scene.source("newer", { table: "newer" });
    expect((await scene.extract(source, null, session)).rows).toBe(0);
    await scene.run("INSERT INTO newer VALUES (1)");
    expect((await scene.extract(source, null, session)).rows).toBe(0);
    expect((await session.probe({ source, memo: null, loaded: null }, never)).rows).toBe(1);
    expect((await scene.extract(source, null, session)).rows).toBe(1);
  });

  test.each([
    ["emptied", "TRUNCATE swept; INSERT INTO swept VALUES (9)", 1],
    ["rewritten", "ALTER TABLE swept ALTER COLUMN n TYPE bigint", 3],
  ])(
    "a table that was %s after the instant is an error, not an empty table",
    async (_, sql, rows) => {
      await scene.run(`DROP TABLE IF EXISTS swept; CREATE TABLE IF NOT EXISTS other (n int);
      CREATE TABLE swept (n int); INSERT INTO swept VALUES (1), (2), (3)`);
      await using session = await scene.open();
      await scene.extract(scene.source("other", { table: "other" }), null, session);
      await scene.run(sql);
      const source = scene.source("swept", { table: "swept" });
      expect(await codeOf(scene.extract(source, null, session))).toBe("SOURCE_CHANGED");
      expect((await scene.extract(source, null, session)).rows).toBe(rows);
    },
  );
});

describe("extraction by xmin", () => {
  const merge = { strategy: "merge", key: ["id"] } as const;
  const both = async (name: string) => {
    const client = await scene.connect();
    const { rows } = await client.query(`SELECT id, v FROM ${name} ORDER BY id`);
    await client.end();
    return [
      rows.map(({ id, v }) => [id, v]),
      await scene.rows(`SELECT id, v FROM raw.${name} ORDER BY id`),
    ];
  };

  test("takes inserts and updates only, also what commits late", async () => {
    await scene.run(`CREATE TABLE ledger (id int PRIMARY KEY, v text);
      INSERT INTO ledger SELECT g, 'x' FROM generate_series(1, 1000) g`);
    const source = scene.source("ledger", { table: "ledger", cursor: "xmin" }, merge);
    expect(await scene.sync(source)).toMatchObject({ scope: "full", rows: 1_000 });

    const late = await scene.connect();
    await late.query("BEGIN; SAVEPOINT a; UPDATE ledger SET v = 'late' WHERE id = 5");
    await scene.run(
      "UPDATE ledger SET v = 'y' WHERE id = 3; INSERT INTO ledger VALUES (1001, 'n')",
    );
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 2 });
    await late.query("RELEASE a; COMMIT");
    await late.end();
    // Both are read again, because they are newer than the transaction that was open.
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 3 });
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 0 });
    const [there, here] = await both("ledger");
    expect(here).toEqual(there);
  });

  test("starts anew when rows got values without being written, or the table was replaced", async () => {
    await scene.run(`CREATE TABLE shifting (id int PRIMARY KEY, v text);
      INSERT INTO shifting VALUES (1, 'a'), (2, 'b')`);
    const source = scene.source("shifting", { table: "shifting", cursor: "xmin" }, merge);
    const steps: readonly (readonly [string, string, number])[] = [
      ["SELECT 1", "full", 2],
      ["SELECT 1", "increment", 0],
      ["ALTER TABLE shifting ADD COLUMN w int DEFAULT 7", "full", 2],
      ["TRUNCATE shifting; INSERT INTO shifting VALUES (3, 'c', 1)", "full", 1],
      [
        "DROP TABLE shifting; CREATE TABLE shifting (id int PRIMARY KEY, v text, w int); INSERT INTO shifting VALUES (4, 'd', 1)",
        "full",
        1,
      ],
    ];
    for (const [sql, scope, rows] of steps) {
      await scene.run(sql);
      expect([sql, await scene.sync(source)]).toMatchObject([sql, { scope, rows }]);
    }
  });
});

describe("extraction by a column", () => {
  test("takes what is at or above the last value, and what has no place in the order", async () => {
    await scene.run(`CREATE TABLE events (id int PRIMARY KEY, v text, at timestamptz);
      INSERT INTO events VALUES (1, 'a', '2020-01-01Z'), (2, 'b', '2020-01-02Z'),
        (3, 'c', NULL), (4, 'd', 'infinity')`);
    const locator = { table: "events", cursor: "at" };
    const merge = { strategy: "merge", key: ["id"] } as const;
    const source = scene.source("events", locator, merge);
    expect(await scene.sync(source)).toMatchObject({ scope: "full", rows: 4 });
    await scene.run(`INSERT INTO events VALUES (5, 'e', '2020-01-02Z'), (6, 'f', '2020-01-03Z'),
      (7, 'late', '2020-01-01T23:00Z')`);
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 5 });
    expect(await scene.rows("SELECT id FROM raw.events ORDER BY id")).toEqual(
      [1, 2, 3, 4, 5, 6].map((id) => [id]),
    );
    // What committed late is seen when the lag reaches back to it.
    const lagging = scene.source("events", { ...locator, lag: 3 * 86_400 }, merge);
    await scene.sync(lagging);
    expect(await scene.rows("SELECT count(*) FROM raw.events")).toEqual([[7]]);
  });

  test("appends each row once by a number that grows", async () => {
    await scene.run(
      `CREATE TABLE log (id bigserial, v text); INSERT INTO log (v) VALUES ('a'), ('b')`,
    );
    const source = scene.source("log", { table: "log", cursor: "id" }, { strategy: "append" });
    expect(await scene.sync(source)).toMatchObject({ scope: "full", rows: 2 });
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 0 });
    await scene.run("INSERT INTO log (v) VALUES ('c')");
    expect(await scene.sync(source)).toMatchObject({ scope: "increment", rows: 1 });
    expect(await scene.rows("SELECT v FROM raw.log ORDER BY id")).toEqual([["a"], ["b"], ["c"]]);
  });

  test.each([
    ["append without a cursor", {}, "append"],
    ["append by xmin", { cursor: "xmin" }, "append"],
    ["append with a lag", { cursor: "id", lag: 5 }, "append"],
  ] as const)("%s is refused before it doubles rows", async (_, extra, strategy) => {
    await scene.run("CREATE TABLE IF NOT EXISTS refused (id int)");
    const source = sourceOf(postgresConnector, { table: "refused", ...extra }, { strategy });
    await using session = await scene.open();
    expect(
      (await session.probe({ source, memo: null, loaded: null }, never)).presence,
    ).toMatchObject({
      code: "PROJECT_INVALID",
    });
    expect(await codeOf(scene.extract(source))).toBe("PROJECT_INVALID");
  });
});
