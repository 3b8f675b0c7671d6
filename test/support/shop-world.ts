import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import { repositoryFolder } from "./sluice-process.ts";
import { writeFiles } from "./write-files.ts";

/** A shop that changes all the while, and a project that loads it by every strategy. */
export interface ShopWorld extends AsyncDisposable {
  /** The project's folder. */
  readonly folder: string;
  readonly server: PostgresServer;
  /** What a run needs to know. */
  readonly env: Readonly<Record<string, string>>;
  /** Lets the writer finish what it does and stand still. */
  pause(): Promise<void>;
  goOn(): Promise<void>;
  /** What is wrong in the warehouse, compared with the sources as they stand; empty when all is well. */
  differences(): Promise<readonly string[]>;
}

interface Feed {
  readonly name: string;
  readonly columns: readonly string[];
  /** What stands in the project's file below `name`. */
  readonly how: string;
  /** Where its rows come from; its name by default. */
  readonly place?: string;
  /** Rows of a target that are of now; all of them by default. */
  readonly now?: string;
}

const current = (name: string) => `(SELECT * FROM raw.${name} WHERE _is_current)`;

const tables: readonly Feed[] = [
  { name: "items", columns: ["id", "name", "price"], how: "table: items" },
  {
    name: "events",
    columns: ["id", "what"],
    how: "table: events\n    cursor: id\n    strategy: append",
  },
  {
    name: "accounts",
    columns: ["id", "balance", "note"],
    how: "table: accounts\n    cursor: xmin\n    strategy: merge\n    key: id",
  },
  {
    name: "stock",
    columns: ["id", "name", "price"],
    place: "items",
    how: "table: items\n    strategy: merge\n    key: id\n    deletes: { by: comparison, max_share: 1 }",
  },
  {
    name: "sales",
    columns: ["id", "day", "amount"],
    how: "table: sales\n    strategy: partition\n    partition_by: day",
  },
  {
    name: "prices",
    columns: ["id", "price"],
    how: "table: prices\n    strategy: history\n    key: id\n    deletes: { by: comparison, max_share: 1 }",
    now: current("prices"),
  },
];

const files: readonly Feed[] = [
  { name: "feed", columns: ["id", "v"], how: "path: feed.csv" },
  { name: "log", columns: ["step", "line"], how: "path: log-*.csv\n    strategy: append" },
  {
    name: "stations",
    columns: ["id", "version"],
    how: "path: stations.csv\n    strategy: merge\n    key: id\n    deletes: { by: comparison, max_share: 1 }",
  },
  {
    name: "days",
    columns: ["day", "n"],
    how: "path: day-*.csv\n    strategy: partition\n    partition_by: day",
  },
  {
    name: "versions",
    columns: ["id", "version"],
    how: "path: stations.csv\n    strategy: history\n    key: id\n    deletes: { by: comparison, max_share: 1 }",
    now: current("versions"),
  },
];

const pathsOf: Readonly<Record<string, string>> = {
  feed: "feed.csv",
  log: "log-*.csv",
  days: "day-*.csv",
  versions: "stations.csv",
  stations: "stations.csv",
};

const tablesSql = `
CREATE TABLE items (id int PRIMARY KEY, name text, price int);
INSERT INTO items SELECT g, 'item ' || g, g FROM generate_series(0, 1999) g;
CREATE TABLE events (id bigserial PRIMARY KEY, what text);
INSERT INTO events (what) SELECT 'old ' || g FROM generate_series(1, 2000) g;
CREATE TABLE accounts (id int PRIMARY KEY, balance int, note text);
INSERT INTO accounts SELECT g, g, NULL FROM generate_series(0, 299) g;
CREATE TABLE sales (id int PRIMARY KEY, day date, amount int);
INSERT INTO sales SELECT g, DATE '2026-01-01' + g % 12, g FROM generate_series(1, 1200) g;
CREATE TABLE prices (id int PRIMARY KEY, price int);
INSERT INTO prices SELECT g, g FROM generate_series(0, 299) g`;

/** Starts a server, a project and a writer below `folder`. */
export async function shopWorld(folder: string, seed: number): Promise<ShopWorld> {
  const data = join(folder, "data");
  mkdirSync(data, { recursive: true });
  const server = await startPostgres();
  await server.createDatabase("shop", tablesSql);
  writeProject(folder, server);
  const { port, user, password } = server;
  const connection = { host: "localhost", port, user, password, database: "shop" };
  const writer = spawn(
    process.execPath,
    [
      join(repositoryFolder, "test/support/shop-writer.mjs"),
      JSON.stringify(connection),
      data,
      String(seed),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const ask = asking(writer);
  // Its first answer comes once there are files as well.
  await ask("go");
  return {
    folder,
    server,
    env: { SHOP_PASSWORD: password },
    pause: () => ask("pause"),
    goOn: () => ask("go"),
    differences: () => differences(folder, server),
    async [Symbol.asyncDispose]() {
      writer.kill("SIGKILL");
      await server[Symbol.asyncDispose]();
    },
  };
}

function asking(writer: ChildProcess): (line: string) => Promise<void> {
  const { stdout, stdin } = writer;
  if (stdout === null || stdin === null) throw new Error("the writer has pipes");
  const lines = createInterface({ input: stdout });
  return (line) =>
    new Promise((resolve, reject) => {
      lines.once("line", () => resolve());
      writer.once("close", () => reject(new Error("the writer has ended")));
      stdin.write(`${line}\n`);
    });
}

function writeProject(folder: string, server: PostgresServer): void {
  const list = (feeds: readonly Feed[]) =>
    feeds.map(({ name, how }) => `  - name: ${name}\n    ${how}\n`).join("");
  writeFiles(folder, {
    "sluice.yaml": "project: shop\ndefaults:\n  retry: { attempts: 3, backoff: 50ms }\n",
    "connections/shop.yaml": `connection: shop
type: postgres
options: { port: ${server.port}, database: shop, user: postgres, password: "\${env:SHOP_PASSWORD}" }
sources:
${list(tables)}`,
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
${list(files)}`,
    "models/turnover.sql": `/* sluice
materialize: table
*/
SELECT (SELECT count(*) FROM raw.events) AS events, (SELECT sum(balance) FROM raw.accounts) AS balance`,
    "models/priced.sql": `/* sluice
materialize: table
*/
SELECT s.id, s.version, f.v FROM raw.stations AS s LEFT JOIN raw.feed AS f ON f.id = s.id`,
  });
}

/** Rows and a sum over the hash of each row's text; both databases write it alike. */
function sumSql(
  columns: readonly string[],
  from: string,
  toNumber: (hex: string) => string,
): string {
  const text = columns
    .map((column) => `coalesce(CAST(${column} AS varchar), '~')`)
    .join(" || '|' || ");
  return `SELECT count(*) || ' ' || coalesce(sum(${toNumber(`substr(md5(${text}), 1, 12)`)}), 0) FROM ${from}`;
}

async function differences(folder: string, server: PostgresServer): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const warehouse = await instance.connect();
  const shop = await server.connect("shop");
  const here = async (sql: string) =>
    String((await warehouse.runAndReadAll(sql)).getRowsJson()[0]?.[0] ?? "nothing");
  const hereHex = (hex: string) => `CAST('0x' || ${hex} AS BIGINT)`;
  const found: string[] = [];
  const compare = (what: string, is: string, should: string) => {
    if (is !== should) found.push(`${what} has ${is}, and its source ${should}`);
  };
  try {
    await warehouse.run(`ATTACH '${join(folder, "warehouse.duckdb")}' AS w; USE w`);
    for (const { name, columns, place, now } of tables) {
      const { rows } = await shop.query<{ readonly sum: string }>(
        `${sumSql(columns, place ?? name, (hex) => `('x' || ${hex})::bit(48)::bigint`).replace(" FROM ", " AS sum FROM ")}`,
      );
      compare(
        name,
        await here(sumSql(columns, now ?? `raw.${name}`, hereHex)),
        rows[0]?.sum ?? "nothing",
      );
    }
    for (const { name, columns, now } of files) {
      const path = join(folder, "data", pathsOf[name] ?? name);
      const should = await here(sumSql(columns, `read_csv('${path}')`, hereHex));
      compare(name, await here(sumSql(columns, now ?? `raw.${name}`, hereHex)), should);
    }
    compare(
      "turnover",
      await here("SELECT events || ' ' || balance FROM main.turnover"),
      await here(
        "SELECT count(*) || ' ' || (SELECT sum(balance) FROM raw.accounts) FROM raw.events",
      ),
    );
    compare(
      "priced",
      await here("SELECT count(*) || ' ' || sum(version) || ' ' || sum(v) FROM main.priced"),
      await here(
        "SELECT count(*) || ' ' || sum(version) || ' ' || sum(v) FROM raw.stations LEFT JOIN raw.feed USING (id)",
      ),
    );
    for (const name of ["prices", "versions"]) {
      compare(`the history of ${name}`, await here(brokenHistory(name)), "0");
    }
    compare(
      "the ledger",
      await here(
        "SELECT count(*) FROM (SELECT target FROM _sluice.loads GROUP BY target HAVING max(seq) <> count(*))",
      ),
      "0",
    );
  } finally {
    await shop.end();
    warehouse.closeSync();
    instance.closeSync();
  }
  return found;
}

/** Versions of a key that overlap, or that are of now beside another. */
function brokenHistory(name: string): string {
  return `SELECT count(*) FROM (SELECT _is_current, _valid_to,
      lead(_valid_from) OVER (PARTITION BY id ORDER BY _valid_from, _is_current) AS next
    FROM raw.${name})
    WHERE next IS NOT NULL AND (_is_current OR _valid_to IS NULL OR _valid_to > next)`;
}
