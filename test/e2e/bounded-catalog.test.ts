import { join } from "node:path";
import Database from "libsql";
import { expect, test } from "vitest";
import { openProject } from "../../src/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what a project remembers does not grow for ever (a peer grew by 300 MB a day for thirty
// tables that were loaded every five minutes).

const tables = ["objects", "runs", "run_events", "notes", "signals"];

test("a catalog that is run over and over is as large after thirty runs as after fifteen", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, {
    "sluice.yaml": "project: often\nretention: { runs: 1ms, min_runs: 5 }\n",
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
discover:
  - { path: "*.csv", name: "{stem}" }
`,
    "models/total.sql": "SELECT sum(v) AS total FROM raw.s0",
  });
  await using project = await openProject({ folder: folder.path });
  const sizes: number[] = [];
  for (let run = 0; run < 30; run += 1) {
    const files = Array.from({ length: 3 }, (_, file) => [`data/s${file}.csv`, `v\n${run}\n`]);
    writeFiles(folder.path, Object.fromEntries(files));
    await project.sendSignal({ type: "source.changed", subject: "s0" });
    const { run: ended } = await project.run({ now: Date.UTC(2026, 0, 1, 0, 5 * run) });
    expect(ended.status).toBe("succeeded");
    const db = new Database(join(folder.path, ".sluice", "catalog.db"));
    const rows = tables.map((table) => Number(countIn(db, table)));
    db.close();
    sizes.push(rows.reduce((sum, count) => sum + count, 0));
  }
  const [early, late] = [Math.max(...sizes.slice(10, 20)), Math.max(...sizes.slice(20))];
  expect(late / early).toBeLessThan(1.1);
}, 240_000);

function countIn(db: Database.Database, table: string): unknown {
  const row: unknown = db.prepare(`SELECT count(*) AS count FROM ${table}`).get([]);
  return typeof row === "object" && row !== null ? Reflect.get(row, "count") : undefined;
}
