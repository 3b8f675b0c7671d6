import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject, type TaskReport } from "../../src/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a source that nobody declared and that is found no more is told as missing, and what reads
// it follows its policy; data that has landed is never forgotten in silence.

const files = {
  "sluice.yaml": "project: regions\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
discover:
  - path: "region_*.csv"
    name: "region_{1}"
`,
  "models/total.sql": `/* sluice
materialize: table
on_bypass: last_good
*/
SELECT sum(v) AS total FROM (SELECT v FROM raw.region_north UNION ALL SELECT v FROM raw.region_south)
`,
  "data/region_north.csv": "v\n1\n",
  "data/region_south.csv": "v\n2\n",
};

test("a discovered source that vanishes is missing, and its reader goes on with what is there", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, files);
  const run = async (day: number): Promise<(task: string) => TaskReport | undefined> => {
    await using project = await openProject({ folder: folder.path });
    const { run: report } = await project.run({ now: Date.UTC(2026, 10, day) });
    return (task) => report.tasks.find(({ id }) => id === task);
  };
  const total = async () => {
    await using project = await openProject({ folder: folder.path });
    return (await project.sample({ schema: "main", name: "total" }, 1)).rows;
  };
  await run(1);
  rmSync(join(folder.path, "data/region_south.csv"));
  writeFiles(folder.path, { "data/region_north.csv": "v\n10\n" });
  const second = await run(2);
  expect(second("region_south.load")).toMatchObject({
    status: "bypassed",
    reason: "source_missing",
  });
  expect(second("total.transform")).toMatchObject({ status: "succeeded" });
  expect(await total()).toEqual([[12]]);

  // It comes back, and is a source like any other.
  writeFiles(folder.path, { "data/region_south.csv": "v\n3\n" });
  const third = await run(3);
  expect(third("region_south.load")).toMatchObject({ status: "succeeded" });
  expect(await total()).toEqual([[13]]);
});

test("a discovered source that moves to another connection is found there, and not missed", async () => {
  using folder = temporaryFolder();
  const connection = (name: string) => `connection: ${name}
type: file
options: { root: ${name} }
discover:
  - path: "*.csv"
    name: "{stem}"
`;
  writeFiles(folder.path, {
    "sluice.yaml": "project: moving\n",
    "connections/east.yaml": connection("east"),
    "connections/west.yaml": connection("west"),
    "east/orders.csv": "v\n1\n",
    "east/stays.csv": "v\n1\n",
    "west/other.csv": "v\n1\n",
  });
  await using project = await openProject({ folder: folder.path });
  await project.run({ now: Date.UTC(2026, 10, 1) });
  rmSync(join(folder.path, "east/orders.csv"));
  writeFiles(folder.path, { "west/orders.csv": "v\n2\n" });
  const { run } = await project.run({ now: Date.UTC(2026, 10, 2) });
  expect(run.tasks.find(({ id }) => id === "orders.load")).toMatchObject({ status: "succeeded" });
  const { rows } = await project.sample({ schema: "raw", name: "orders" }, 1);
  expect(rows).toEqual([[2]]);
});
