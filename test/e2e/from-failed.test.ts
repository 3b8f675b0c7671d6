import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject, type RunEvent, type RunReport } from "../../src/index.ts";
import { runSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a run that failed is brought to its end by another one that does only what is left, and
// never takes for done what is not there.

/** Not UTF-8, so that it is copied into staging. */
const latin = (rows: string) => Buffer.from(`v,name\n${rows}`, "latin1");

const files = {
  "sluice.yaml": "project: shop\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - { name: good, path: good.csv }
  - { name: bad, path: bad.csv }
`,
  "rules/core.yaml": `ruleset: core
rules:
  - id: once
    for: source
    when: "true"
    then: [{ retry: { attempts: 1 } }]
`,
  "models/of_good.sql": "/* sluice\nmaterialize: table\n*/\nSELECT sum(v) AS total FROM raw.good",
  "models/of_both.sql":
    "/* sluice\nmaterialize: table\n*/\nSELECT g.v, b.name FROM raw.good g JOIN raw.bad b ON b.v = g.v",
  "data/good.csv": "v\n1\n2\n",
};

interface Told {
  readonly report: RunReport["run"];
  readonly events: readonly RunEvent[];
}

function scene() {
  const folder = temporaryFolder();
  writeFiles(folder.path, files);
  writeFileSync(join(folder.path, "data/bad.csv"), latin("1,caf\xe9\n2,th\xe9\n"));
  const run = async (options: {
    readonly fromFailed?: string;
    readonly isBroken?: boolean;
  }): Promise<Told> => {
    const events: RunEvent[] = [];
    await using project = await openProject({ folder: folder.path });
    const { run: report } = await project.run({
      ...(options.fromFailed === undefined ? {} : { fromFailed: options.fromFailed }),
      onEvent: (event) => {
        events.push(event);
        const isStaged = event.type === "AttemptSucceeded" && event.tasks.includes("bad.extract");
        if (!isStaged || options.isBroken !== true) return;
        rmSync(join(folder.path, ".sluice/staging/bad"), { recursive: true });
      },
    });
    return { report, events };
  };
  return { folder, run };
}

const startedIn = ({ events }: Told) =>
  events.flatMap((event) => (event.type === "AttemptStarted" ? event.tasks : [])).sort();
const endsIn = ({ report }: Told) =>
  Object.fromEntries(report.tasks.map(({ id, status }) => [id, status]));

test("does what was left, and takes the rest from the run before", async () => {
  const { folder, run } = scene();
  using _ = folder;
  const first = await run({ isBroken: true });
  expect(first.report.status).toBe("failed");
  expect(endsIn(first)).toMatchObject({
    "good.load": "succeeded",
    "of_good.transform": "succeeded",
    "bad.load": "failed",
    "of_both.transform": "skipped",
  });
  const second = await run({ fromFailed: "latest" });
  expect(second.report).toMatchObject({ status: "succeeded", decision: first.report.decision });
  // What was staged is gone, so that it is extracted again.
  const left = ["bad.extract", "bad.load", "of_both.transform"];
  expect(startedIn(second).filter((task) => left.includes(task))).toEqual(left);
  expect(startedIn(second).filter((task) => /^(good|of_good)\./.test(task))).toEqual([]);
  const taken = second.report.tasks.filter(({ reusedFrom }) => reusedFrom !== undefined);
  expect(taken.map(({ id }) => id)).toContain("of_good.transform");
  expect(new Set(taken.map(({ reusedFrom }) => reusedFrom))).toEqual(new Set([first.report.id]));
  await using project = await openProject({ folder: folder.path });
  expect(await project.replay(second.report.id)).toMatchObject({ identical: true });
  expect((await project.show(second.report.id)).run).toEqual(second.report);
  const rows = await project.sample({ schema: "main", name: "of_both" }, 5);
  expect(rows.rows).toEqual([
    [1, "café"],
    [2, "thé"],
  ]);
  await expect(run({ fromFailed: "latest" })).rejects.toMatchObject({ code: "USAGE_INVALID" });
});

test("goes on from a chain of them, and says that the files have changed since", async () => {
  const { folder, run } = scene();
  using _ = folder;
  const first = await run({ isBroken: true });
  const second = await run({ fromFailed: first.report.id, isBroken: true });
  expect(second.report.status).toBe("failed");
  writeFiles(folder.path, {
    "models/of_good.sql": "/* sluice\nmaterialize: table\n*/\nSELECT max(v) AS total FROM raw.good",
  });
  const third = await runSluice(["run", "--from-failed", "--json", "--project", folder.path]);
  expect(third).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("of_good") });
  await using project = await openProject({ folder: folder.path });
  const { tasks } = (await project.show()).run;
  const good = tasks.find(({ id }) => id === "of_good.transform");
  expect(good?.reusedFrom).toBe(first.report.id);
  expect((await project.sample({ schema: "main", name: "of_good" }, 1)).rows).toEqual([[3]]);
});

test("never takes for done what is not there, and refuses what another run has overtaken", async () => {
  const { folder, run } = scene();
  using _ = folder;
  const first = await run({ isBroken: true });
  rmSync(join(folder.path, "warehouse.duckdb"));
  const second = await run({ fromFailed: "latest", isBroken: true });
  expect(startedIn(second)).toEqual(startedIn(first));
  writeFiles(folder.path, { "data/good.csv": "v\n1\n3\n" });
  const third = await run({});
  expect(third.report.status).toBe("succeeded");
  const late = run({ fromFailed: first.report.id });
  await expect(late).rejects.toMatchObject({ code: "USAGE_INVALID" });
  await expect(late).rejects.toThrow(third.report.id);
  const told = await runSluice(["run", "--from-failed", "nothing", "--project", folder.path]);
  expect(told).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("nothing") });
  const both = await runSluice(["run", "--resume", "--from-failed", "--project", folder.path]);
  expect(both).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("--from-failed") });
});
