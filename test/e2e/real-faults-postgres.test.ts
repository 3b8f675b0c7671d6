import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { type SluiceProcess, startSluice } from "../support/sluice-process.ts";
import { endsOf, ranTasks } from "../support/sluice-runs.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a server that dies in the middle of an extraction costs its own branch and no other, is
// told clearly, and is made good by the next attempt or the next run.
// Method: the process is halted while the server sends, so that "in the middle" is no guess.

const rows = 120_000;

let server: PostgresServer;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase(
    "shop",
    `CREATE TABLE orders (id int PRIMARY KEY, city text, note text);
     INSERT INTO orders SELECT g, 'city ' || g % 50, repeat(md5(g::text), 8)
       FROM generate_series(1, ${rows}) g`,
  );
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  return () => folder[Symbol.dispose]();
});

function writeProject(attempts: number): void {
  writeFiles(folder.path, {
    "sluice.yaml": `project: faults
defaults:
  retry: { attempts: ${attempts}, backoff: 200ms }
`,
    "connections/shop.yaml": `connection: shop
type: postgres
options: { port: ${server.port}, database: shop, user: postgres, password: "\${env:SHOP_PASSWORD}" }
sources:
  - name: orders
    table: orders
    cursor: xmin
    strategy: merge
    key: id
`,
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: cities
    path: cities.csv
`,
    "models/by_city.sql": `/* sluice
materialize: table
*/
SELECT city, count(*) AS orders FROM raw.orders GROUP BY city`,
    "models/countries.sql": `/* sluice
materialize: table
*/
SELECT country, count(*) AS cities FROM raw.cities GROUP BY country`,
    "data/cities.csv": `city,country\n${Array.from({ length: 50 }, (_, n) => `city ${n},c${n % 7}`).join("\n")}\n`,
  });
}

function startRun(): SluiceProcess {
  return startSluice(["run", "--json", "--project", folder.path], {
    env: { SHOP_PASSWORD: server.password },
  });
}

/** Halts the process once the server has begun to send it rows. */
async function haltWhileReading({ child }: SluiceProcess): Promise<void> {
  const client = await server.connect("shop");
  try {
    for (;;) {
      const { rows: found } = await client.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE application_name = 'sluice' AND state = 'active' AND query LIKE 'COPY%'`,
      );
      if (found.length === 0) continue;
      child.kill("SIGSTOP");
      return;
    }
  } finally {
    await client.end();
  }
}

/** What the warehouse holds of both branches. */
async function heldRows(): Promise<Readonly<Record<string, string | undefined>>> {
  const sums = await tableSums(join(folder.path, "warehouse.duckdb"));
  const countOf = (table: string) => sums[table]?.split(" ")[0];
  return {
    orders: countOf("raw.orders"),
    by_city: countOf("main.by_city"),
    countries: countOf("main.countries"),
  };
}

const all = { orders: String(rows), by_city: "50", countries: "7" };

describe("a server that is stopped at once in the middle of an extraction", () => {
  test("and started again, is asked once more, and the run succeeds", async () => {
    writeProject(4);
    const run = startRun();
    await haltWhileReading(run);
    await server.crash();
    await server.restart();
    run.child.kill("SIGCONT");
    const ran = ranTasks(await run.ended);
    expect(endsOf(ran, ["orders.load", "by_city.transform", "countries.transform"])).toEqual({
      "orders.load": "succeeded",
      "by_city.transform": "succeeded",
      "countries.transform": "succeeded",
    });
    expect(ran.tasks.get("orders.extract")?.attempts).toBe(2);
    expect(await heldRows()).toEqual(all);
  });

  test("and stays down, is told clearly; the other branch finishes; the next run recovers", async () => {
    writeProject(2);
    const run = startRun();
    await haltWhileReading(run);
    await server.crash();
    run.child.kill("SIGCONT");
    const ran = ranTasks(await run.ended);
    await server.restart();
    expect(ran).toMatchObject({ exitCode: 1, status: "failed" });
    expect(
      endsOf(ran, ["orders.extract", "orders.load", "by_city.transform", "countries.transform"]),
    ).toEqual({
      "orders.extract": "failed CONNECTION_FAILED",
      "orders.load": "skipped upstream",
      "by_city.transform": "skipped upstream",
      "countries.transform": "succeeded",
    });
    const told = ran.tasks.get("orders.extract")?.message ?? "";
    expect(told).toContain(`localhost:${server.port}`);
    expect(told).toContain("Check that the server runs");
    expect(told).not.toContain(server.password);
    expect(await heldRows()).toEqual({ orders: undefined, by_city: undefined, countries: "7" });

    expect(ranTasks(await startRun().ended)).toMatchObject({ exitCode: 0, status: "succeeded" });
    expect(await heldRows()).toEqual(all);
  });

  test("and is down when a run begins, costs only what reads it", async () => {
    writeProject(2);
    await server.crash();
    const ran = ranTasks(await startRun().ended);
    await server.restart();
    expect(endsOf(ran, ["orders.extract", "by_city.transform", "countries.transform"])).toEqual({
      "orders.extract": "bypassed source_missing",
      "by_city.transform": "bypassed upstream",
      "countries.transform": "succeeded",
    });
    expect(ran.tasks.get("orders.extract")?.message).toMatch(
      new RegExp(`^CONNECTION_FAILED: .*localhost:${server.port}.*Check that the server runs`),
    );
    expect(await heldRows()).toEqual({ orders: undefined, by_city: undefined, countries: "7" });
    expect(ranTasks(await startRun().ended)).toMatchObject({ exitCode: 0, status: "succeeded" });
    expect(await heldRows()).toEqual(all);
  });
});
