import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import type { JsonObject } from "../../src/core/std/json.ts";
import { OperatingError } from "../../src/errors/operating-error.ts";
import { codeOf, never, sourceOf } from "../contract/connector-contract.ts";
import { type PostgresScene, postgresScene } from "../support/postgres-scene.ts";

let scene: PostgresScene;
const folders: string[] = [];
beforeAll(async () => {
  scene = await postgresScene(
    "failures",
    `CREATE TABLE open_table (id int); INSERT INTO open_table VALUES (1);
     CREATE TABLE closed_table (id int);
     CREATE ROLE reader LOGIN PASSWORD 'geheim'; GRANT SELECT ON open_table TO reader;
     CREATE VIEW broken AS SELECT 1 / (id - 1) AS q FROM open_table;
     CREATE VIEW slow AS SELECT g AS id, pg_sleep(0.001)::text AS nap FROM generate_series(1, 10000000) g;`,
  );
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The message and hint of the OperatingError that `work` ends with. */
async function toldBy(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperatingError)
      return `${error.code}: ${error.message} ${error.hint ?? ""}`;
    throw error;
  }
  return "no error";
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-failures-"));
  folders.push(folder);
  return folder;
}

describe("a connection that cannot be made", () => {
  test.each([
    ["a wrong password", { user: "reader", password: "falsch" }, "CONNECTION_REFUSED", "reader"],
    ["no password", { user: "reader", password: undefined }, "CONNECTION_REFUSED", "password"],
    ["an unknown role", { user: "nobody" }, "CONNECTION_REFUSED", "nobody"],
    ["an unknown database", { database: "nowhere" }, "CONNECTION_REFUSED", "nowhere"],
    ["a port where nothing listens", { port: 1 }, "CONNECTION_FAILED", "localhost:1"],
    ["a host that is not there", { host: "no.such.host.invalid" }, "CONNECTION_FAILED", "invalid"],
    ["encryption that the server has not", { ssl: "require" }, "CONNECTION_REFUSED", "ssl"],
    ["a URL that is none", { url: "postgres://u:geheim@[bad" }, "PROJECT_INVALID", "url"],
  ] as const)("%s says so, and never the password", async (_, change, code, word) => {
    const given: JsonObject = { ...scene.options, ...change };
    const { password, ...rest } = given;
    const options: JsonObject = password === undefined ? rest : { ...rest, password };
    const told = await toldBy(scene.open(options));
    expect(told).toContain(code);
    expect(told).toContain(word);
    expect(told).not.toContain("falsch");
    expect(told).not.toContain("geheim");
    expect(told).not.toContain(scene.server.password);
  });

  test("a URL works, with the password beside it", async () => {
    const { password } = scene.options;
    const url = `postgres://postgres@localhost:${scene.server.port}/failures`;
    await using session = await scene.open({ url, ...(password ? { password } : {}) });
    expect(await session.discover(patternOf({ tables: ["open*"] }), never)).toHaveLength(1);
  });
});

describe("a source that cannot be read", () => {
  test.each([
    ["a table without the right to it", { table: "closed_table" }, "GRANT SELECT"],
    ["a column that is not there", { table: "open_table", columns: ["id", "ix"] }, "ix"],
    ["a cursor that is not there", { table: "open_table", cursor: "at" }, "It has id"],
    ["a view that fails", { table: "broken" }, "division by zero"],
  ] as const)("%s is SOURCE_UNREADABLE", async (_, locator, word) => {
    const options = { ...scene.options, user: "reader", password: "geheim" };
    await scene.run("GRANT SELECT ON broken TO reader");
    await using session = await scene.open(options);
    const source = sourceOf(postgresConnector, locator);
    const { presence } = await session.probe({ source, memo: null, loaded: null }, never);
    expect(presence).toMatchObject({ state: "unreachable", code: "SOURCE_UNREADABLE" });
    expect(JSON.stringify(presence)).toContain(word);
    const extracting = session.extract({ source, folder: emptyFolder(), cursor: null }, never);
    expect(await codeOf(extracting)).toBe("SOURCE_UNREADABLE");
    const healthy = sourceOf(postgresConnector, { table: "open_table" });
    expect(
      (await session.probe({ source: healthy, memo: null, loaded: null }, never)).presence.state,
    ).toBe("present");
  });

  test("a statement that takes too long is ended by the server", async () => {
    await using session = await scene.open({ ...scene.options, statement_timeout: 1 });
    const source = sourceOf(postgresConnector, { table: "slow" });
    expect(
      (await session.probe({ source, memo: null, loaded: null }, never)).presence,
    ).toMatchObject({
      code: "TIMED_OUT",
    });
  });

  test("a backend that is killed while it sends is CONNECTION_FAILED, and the next try works", async () => {
    await using session = await scene.open();
    const source = sourceOf(postgresConnector, { table: "slow" });
    const extracting = codeOf(
      session.extract({ source, folder: emptyFolder(), cursor: null }, never),
    );
    await untilRunning("COPY");
    await scene.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'sluice'`);
    expect(await extracting).toBe("CONNECTION_FAILED");
    const healthy = sourceOf(postgresConnector, { table: "open_table" });
    const draft = await session.extract(
      { source: healthy, folder: emptyFolder(), cursor: null },
      never,
    );
    expect(draft.rows).toBe(1);
  });
});

/** Waits until a statement of ours that begins so is under way. */
async function untilRunning(start: string, count = 1): Promise<void> {
  const client = await scene.connect();
  try {
    for (;;) {
      const { rows } = await client.query(
        `SELECT count(*)::int AS running FROM pg_stat_activity
         WHERE application_name = 'sluice' AND state = 'active' AND query LIKE $1`,
        [`${start}%`],
      );
      if (rows[0].running === count) return;
    }
  } finally {
    await client.end();
  }
}

describe("cancellation", () => {
  test.each([
    ["an extraction", "COPY"],
    ["a probe", "SELECT count"],
  ])("ends %s on the server, at once", async (what, start) => {
    await using session = await scene.open();
    const source = sourceOf(postgresConnector, { table: "slow" });
    const control = new AbortController();
    const work = codeOf(
      what === "a probe"
        ? session.probe({ source, memo: null, loaded: null }, control.signal)
        : session.extract({ source, folder: emptyFolder(), cursor: null }, control.signal),
    );
    await untilRunning(start);
    control.abort();
    expect(await work).toBe("CANCELLED");
    await untilRunning(start, 0);
  });

  test("more sources than connections all get their turn, on at most six", async () => {
    await using session = await scene.open();
    const source = sourceOf(postgresConnector, { table: "open_table" });
    const probes = Array.from({ length: 40 }, () =>
      session.probe({ source, memo: null, loaded: null }, never),
    );
    const found = new Set((await Promise.all(probes)).map((probe) => probe.fingerprint));
    expect(found.size).toBe(1);
    const client = await scene.connect();
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice'",
    );
    await client.end();
    expect(rows[0].n).toBeLessThanOrEqual(6);
  });

  test("a closed session leaves no connection behind", async () => {
    const session = await scene.open();
    const source = sourceOf(postgresConnector, { table: "open_table" });
    await session.extract({ source, folder: emptyFolder(), cursor: null }, never);
    await session[Symbol.asyncDispose]();
    const client = await scene.connect();
    for (;;) {
      const { rows } = await client.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice'",
      );
      if (rows[0].n === 0) break;
    }
    await client.end();
  });
});

function patternOf(pattern: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(postgresConnector.schemas.pattern.parse(pattern)));
}

describe("discovery", () => {
  test("takes tables by pattern with their keys, and cursors where they can be", async () => {
    await scene.run(`CREATE SCHEMA shop;
      CREATE TABLE shop."Order Items" (o int, p int, at timestamptz, PRIMARY KEY (p, o));
      CREATE TABLE shop.customers (id int PRIMARY KEY);
      CREATE TABLE shop.tmp_x (id int);
      CREATE TABLE shop.log (at timestamptz);
      CREATE VIEW shop.seen AS SELECT 1 AS id;
      CREATE TABLE shop.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (9)`);
    await using session = await scene.open();
    const discover = async (pattern: JsonObject) =>
      session.discover(patternOf({ schema: "shop", ...pattern }), never);
    const found = await discover({ exclude: ["tmp_*"], cursor: "xmin", name: "shop_{table}" });
    expect(found.map(({ name, key, locator }) => [name, key, locator["cursor"]])).toEqual([
      ["shop_order_items", ["p", "o"], "xmin"],
      ["shop_customers", ["id"], "xmin"],
      ["shop_log", [], null],
      ["shop_parts", ["id"], "xmin"],
    ]);
    const byColumn = await discover({ tables: ["*s", "log"], cursor: "at" });
    expect(byColumn.map(({ name, locator }) => [name, locator["cursor"]])).toEqual([
      ["order_items", "at"],
      ["customers", null],
      ["log", "at"],
      ["parts", null],
    ]);
    expect((await discover({ kinds: ["view"] })).map(({ name }) => name)).toEqual(["seen"]);
    expect(await discover({ schema: "nothing" })).toEqual([]);
  });
});
