import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import { plainLoading } from "../../src/core/project/load-options.ts";
import type { LoadOptions } from "../../src/core/project/project.ts";
import { codeOf, sourceOf } from "../contract/connector-contract.ts";
import { type PostgresScene, postgresScene } from "../support/postgres-scene.ts";

let scene: PostgresScene;
beforeAll(async () => {
  scene = await postgresScene("strategies");
});
afterAll(() => scene[Symbol.asyncDispose]());

function loadingOf(options: Partial<LoadOptions>): LoadOptions {
  return { ...plainLoading, ...options };
}

test.each(["xmin", "n"])(
  "partition reads the partitions that changed, whole, and nothing else, by cursor %s",
  async (cursor) => {
    await scene.run(`DROP TABLE IF EXISTS parts;
      CREATE TABLE parts (id int PRIMARY KEY, day date, "Shop" text, n bigint);
      INSERT INTO parts SELECT g, date '2024-01-01' + g % 5, nullif('s' || g % 2, 's1'), g FROM generate_series(1, 100) g`);
    const loading = loadingOf({ partitionBy: ["day", "Shop"] });
    const given = { strategy: "partition", key: ["id"], loading } as const;
    const source = scene.source(`parts_${cursor}`, { table: "parts", cursor }, given);
    const isSame = async () => {
      const sum = "count(*), sum(id), sum(n), count(DISTINCT day)";
      const [there] = await scene.rows(`SELECT ${sum} FROM raw.parts_${cursor}`);
      const client = await scene.connect();
      const { rows } = await client.query({ text: `SELECT ${sum} FROM parts`, rowMode: "array" });
      await client.end();
      expect(there?.map(Number)).toEqual(rows[0]?.map(Number));
    };
    expect(await scene.sync(source)).toMatchObject({ scope: "full", rows: 100 });
    await isSame();
    await scene.run(`INSERT INTO parts VALUES (101, '2024-01-01', 's0', 101), (102, '2024-02-01', NULL, 102);
      UPDATE parts SET n = n + 1000 WHERE id = 3`);
    const increment = await scene.sync(source);
    // Three of ten partitions; the row at the last maximum, which a column reads again, is of one.
    expect(increment).toMatchObject({ scope: "increment", rows: 22 });
    await isSame();
    await scene.run("UPDATE parts SET day = '2024-02-01', n = 2000 WHERE id = 5");
    await scene.sync(source);
    await isSame();
    // A row that was deleted is gone once its partition is read again, and not before.
    await scene.run("DELETE FROM parts WHERE id = 8; UPDATE parts SET n = 3000 WHERE id = 7");
    await scene.sync(source);
    expect(await scene.rows(`SELECT id FROM raw.parts_${cursor} WHERE id = 8`)).toHaveLength(1);
    await scene.run("INSERT INTO parts VALUES (103, '2024-01-04', 's0', 4000)");
    await scene.sync(source);
    await isSame();
  },
);

test("rows that commit late are seen by look_back, and none is there twice", async () => {
  await scene.run(`CREATE TABLE late (id int PRIMARY KEY, at timestamptz, n int);
    INSERT INTO late VALUES (1, '2024-01-01 10:00Z', 1), (2, '2024-01-01 12:00Z', 2)`);
  const sources = [
    { cursor: "at", lookBack: { ms: 7_200_000 } },
    { cursor: "n", lookBack: { units: 1 } },
  ].flatMap(({ cursor, lookBack }) =>
    (["merge", "history"] as const).map((strategy) =>
      scene.source(
        `late_${cursor}_${strategy}`,
        { table: "late", cursor },
        { strategy, key: ["id"], loading: loadingOf({ lookBack }) },
      ),
    ),
  );
  for (const source of sources) await scene.sync(source);
  await scene.run(
    "INSERT INTO late VALUES (3, '2024-01-01 10:30Z', 1), (4, '2024-01-01 09:00Z', 0)",
  );
  for (const source of sources) {
    await scene.sync(source);
    expect(await scene.rows(`SELECT id FROM raw.${source.name} ORDER BY id`)).toEqual([
      [1],
      [2],
      [3],
    ]);
  }
  const wrong = scene.source(
    "wrong",
    { table: "late", cursor: "n" },
    { strategy: "merge", key: ["id"], loading: loadingOf({ lookBack: { ms: 1 } }) },
  );
  await scene.sync(wrong);
  expect(await codeOf(scene.extract(wrong, await scene.warehouse.cursor("wrong")))).toBe(
    "PROJECT_INVALID",
  );
});

test("a history follows updates and deletes of a table that is read whole", async () => {
  await scene.run(`CREATE TABLE kept (id int PRIMARY KEY, v text, at timestamp);
    INSERT INTO kept VALUES (1, 'a', '2024-01-01'), (2, 'a', '2024-01-01'), (3, 'a', '2024-01-01')`);
  const loading = loadingOf({ eventTime: "at", deletes: { by: "comparison", maxShare: 0.5 } });
  const source = scene.source(
    "kept",
    { table: "kept" },
    { strategy: "history", key: ["id"], loading },
  );
  await scene.sync(source);
  await scene.run(
    "UPDATE kept SET v = 'b', at = '2024-01-05' WHERE id = 1; DELETE FROM kept WHERE id = 2",
  );
  await scene.sync(source);
  expect(
    await scene.rows(
      "SELECT id, v, strftime(_valid_from, '%d'), _is_current FROM raw.kept ORDER BY ALL",
    ),
  ).toEqual([
    [1, "a", "01", false],
    [1, "b", "05", true],
    [2, "a", "01", false],
    [3, "a", "01", true],
  ]);
  await scene.run("TRUNCATE kept");
  expect(await codeOf(scene.sync(source))).toBe("DELETES_REFUSED");
});

test("what would lose rows is refused before it does", async () => {
  await scene.run("CREATE TABLE refused (id int, day date)");
  const partition = {
    strategy: "partition",
    loading: loadingOf({ partitionBy: ["day"] }),
  } as const;
  const source = sourceOf(postgresConnector, { table: "refused", cursor: "id" }, partition);
  expect(await codeOf(scene.extract(source))).toBe("PROJECT_INVALID");
  const stranger = { ...partition, key: ["id"], loading: loadingOf({ partitionBy: ["nope"] }) };
  const other = scene.source("stranger", { table: "refused", cursor: "id" }, stranger);
  expect(await codeOf(scene.sync(other))).toBe("SCHEMA_INCOMPATIBLE");
});
