import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { startPostgres } from "../support/postgres-server.ts";
import { runSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { withoutOverride } from "../support/without-override.ts";
import { writeFiles } from "../support/write-files.ts";

const reportSchema = z.object({
  passed: z.boolean(),
  drills: z.array(
    z.object({
      scenario: z.string().nullable(),
      fault: z.string(),
      state: z.string(),
      because: z.string().nullable(),
      kills: z.number(),
      invariants: z.array(z.object({ name: z.string(), holds: z.boolean() })),
    }),
  ),
});

test("a drill kills, cuts, hides and stops what is real, and leaves the project alone", async () => {
  using folder = temporaryFolder();
  const project = join(folder.path, "project");
  await using server = await startPostgres();
  await server.createDatabase(
    "shop",
    `CREATE TABLE orders AS SELECT g AS id, g % 5 AS city, repeat(md5(g::text), 4) AS note
     FROM generate_series(1, 150000) g`,
  );
  const control = (...args: readonly string[]) => {
    const own = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
    const isRoot = process.getuid?.() === 0;
    const argv = [...(isRoot ? own : []), join(server.binFolder, "pg_ctl"), ...args];
    return JSON.stringify([...argv, "-w", "-D", server.dataFolder]);
  };
  writeFiles(folder.path, {
    "project/sluice.yaml": `project: drilled
paths: { allow: [../landing] }
defaults:
  retry: { attempts: 2, backoff: 50ms }
`,
    "project/connections/files.yaml": `connection: files
type: file
options: { root: ../landing }
sources:
  - name: cities
    path: cities.csv
    strategy: merge
    key: id
`,
    "project/connections/shop.yaml": `connection: shop
type: postgres
options: { port: ${server.port}, database: shop, user: postgres, password: "\${env:SHOP_PASSWORD}" }
sources:
  - name: orders
    table: orders
`,
    "project/models/by_city.sql":
      "SELECT c.name, count(*) AS n FROM raw.orders AS o JOIN raw.cities AS c ON c.id = o.city GROUP BY c.name",
    "project/models/names.sql": "SELECT name FROM raw.cities",
    "project/scenarios/bad_day.yaml": `scenario: bad_day
drill:
  faults:
    - kill: { times: 1 }
    - truncate: { source: cities, share: 0.4, when: load }
    - unreadable: { source: cities }
    - stop:
        connection: shop
        stop: ${control("stop", "-m", "immediate")}
        start: ${control("start", "-o", `-p ${server.port}`, "-l", join(server.dataFolder, "drill.log"))}
`,
    "landing/cities.csv": `id,name\n${Array.from({ length: 5 }, (_, id) => `${id},city ${id}\n`).join("")}`,
  });
  const ended = await runSluice(["drill", "--json", "--project", project], {
    env: { SHOP_PASSWORD: server.password },
    through: withoutOverride() ?? [],
  });
  // What runs now was started by the drill: it is ours to end.
  await server.crash();
  expect(ended.stdout, ended.stderr).toMatch(/^\{/);
  const report = reportSchema.parse(JSON.parse(ended.stdout));
  const wrong = report.drills.filter(({ state }) => state === "failed");
  expect(wrong).toEqual([]);
  expect(ended.exitCode).toBe(0);
  expect(report.drills.map(({ fault, scenario }) => [scenario, fault])).toEqual([
    ["bad_day", "kill 1 times"],
    ["bad_day", "cut cities to 40 % when it is loaded"],
    ["bad_day", "make cities unreadable before the run"],
    ["bad_day", "stop the server of shop while it is read"],
  ]);
  expect(report.drills.at(-1)).toMatchObject({ state: "passed" });
  expect(readdirSync(project).sort()).toEqual([
    "connections",
    "models",
    "scenarios",
    "sluice.yaml",
  ]);
  expect(readdirSync(join(folder.path, "landing"))).toEqual(["cities.csv"]);

  const unknown = await runSluice(["drill", "good_day", "--project", project]);
  expect(unknown).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("good_day") });
}, 240_000);
