import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../../src/index.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { startSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what is past its time goes, however often the process is killed at it; each run that stays
// is shown, explained and replayed byte for byte as before, and the next run does nothing again.

const seed = 20_261_128;
const runs = 8;
const kept = 4;

const settings = (retention: string) => `project: aging\nretention: ${retention}\n`;

const files = {
  "sluice.yaml": settings("{ runs: forever }"),
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
discover:
  - { path: "*.csv", name: "{stem}" }
`,
  "models/both.sql":
    "/* sluice\nmaterialize: table\n*/\nSELECT a.v AS a, b.v AS b FROM raw.a JOIN raw.b ON a.v = b.v",
};

test(`prunes through SIGKILLs without a run that stays losing a byte (seed ${seed})`, async () => {
  using folder = temporaryFolder();
  const at = ["--project", folder.path];
  writeFiles(folder.path, files);
  writeFiles(folder.path, { "data/b.csv": "v\n1\n2\n3\n4\n5\n6\n7\n8\n" });
  await using project = await openProject({ folder: folder.path });
  for (let day = 1; day <= runs; day += 1) {
    writeFiles(folder.path, { "data/a.csv": `v\n${day}\n` });
    const { run } = await project.run({ now: Date.UTC(2026, 0, day) });
    expect(run.status).toBe("succeeded");
  }
  const ids = (await project.runs()).map(({ id }) => id);
  const told = async (run: string) =>
    JSON.stringify([
      await project.show(run),
      await project.replay(run),
      await project.why("both.transform", { run }),
    ]);
  const before: string[] = [];
  for (const id of ids.slice(0, kept)) before.push(await told(id));
  await project.sendSignal({ type: "source.late", subject: "a", id: "still-pending" });

  writeFiles(folder.path, { "sluice.yaml": settings(`{ runs: 1ms, min_runs: ${kept} }`) });
  const trial = await project.prune({ isTrial: true });
  expect(trial).toMatchObject({ isTrial: true, catalog: { runs: runs - kept } });
  expect(trial.catalog.objects).toBeGreaterThan(runs - kept);
  const random = seededRandom(seed);
  for (let kill = 0; kill < 4; kill += 1) {
    const pruning = startSluice(["prune", ...at]);
    // The instant is chance: what is tested is that none is special.
    const timer = setTimeout(() => pruning.child.kill("SIGKILL"), random() * 700);
    await pruning.ended;
    clearTimeout(timer);
  }
  await project.prune();
  expect((await project.prune()).catalog).toEqual({ runs: 0, events: 0, objects: 0, signals: 0 });

  for (const [index, id] of ids.slice(0, kept).entries()) {
    expect(await told(id)).toEqual(before[index]);
  }
  await expect(project.show(ids[kept])).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(JSON.stringify(await project.signals())).toContain("still-pending");
  const { run } = await project.run({ now: Date.UTC(2026, 0, runs, 1) });
  expect(new Set(run.tasks.map(({ status }) => status))).toEqual(new Set(["bypassed"]));
  // Each run tidies up after itself.
  expect(await project.runs()).toHaveLength(kept);
  expect(readdirSync(join(folder.path, ".sluice", "staging", "a"))).toEqual([]);
}, 240_000);
