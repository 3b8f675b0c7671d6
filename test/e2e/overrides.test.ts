import { describe, expect, onTestFinished, test } from "vitest";
import { openProject, type RunReport, type SluiceProject } from "../../src/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what somebody says of a source or model holds over rules and history, until it ends.

const hourMs = 3_600_000;
const day = (hour: number) => Date.UTC(2026, 10, 28) + hour * hourMs;

async function shop(): Promise<{ readonly folder: string; readonly project: SluiceProject }> {
  const folder = temporaryFolder();
  writeFiles(folder.path, {
    "sluice.yaml": "project: shop\n",
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - { name: orders, path: orders.csv }
`,
    "models/revenue.sql": "SELECT sum(n) AS n FROM raw.orders\n",
    "data/orders.csv": "n\n1\n",
  });
  const project = await openProject({ folder: folder.path, logStream: { write: () => {} } });
  onTestFinished(async () => {
    await project[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return { folder: folder.path, project };
}

function endsOf({ run }: RunReport): Record<string, string> {
  const making = run.tasks.filter(({ id }) => /\.(load|transform)$/.test(id));
  return Object.fromEntries(making.map(({ id, status, reason }) => [id, reason ?? status]));
}

const revenue = async (project: SluiceProject) =>
  (await project.sample({ schema: "main", name: "revenue" }, 1)).rows[0]?.[0];

describe("an operator", () => {
  test("freezes a source until an instant: its table is read as it is, and why says so", async () => {
    const { folder, project } = await shop();
    await project.run({ now: day(1) });
    writeFiles(folder, { "data/orders.csv": "n\n1\n2\n" });
    const until = day(6);
    await project.sendSignal({
      type: "override.freeze",
      subject: "orders",
      data: { by: "ana", why: "prices are wrong", until },
    });
    const frozen = await project.run({ now: day(2) });
    expect(endsOf(frozen)).toEqual({ "orders.load": "frozen", "revenue.transform": "up_to_date" });
    expect(await project.why("orders.load", { run: "latest" })).toMatchObject({
      reason: "frozen",
      chain: [
        {
          text: "ana freezes orders until 2026-11-28T06:00:00Z: prices are wrong.",
          evidence: { by: "ana", why: "prices are wrong", until: "2026-11-28T06:00:00Z" },
        },
      ],
      flip: "would run if the override of ana ended",
    });
    expect(await project.replay()).toMatchObject({ identical: true });

    const thawed = await project.run({ now: until });
    expect(endsOf(thawed)).toEqual({
      "orders.load": "succeeded",
      "revenue.transform": "succeeded",
    });
    expect(await revenue(project)).toBe(3);
  });

  test("forces what is up to date: it is made once, and so is what reads it", async () => {
    const { project } = await shop();
    await project.run({ now: day(1) });
    const force = { type: "override.force", subject: "orders" } as const;
    const data = { by: "ana", why: "the file was edited in place", until: null };
    await project.sendSignal({ ...force, data });
    const repeats: boolean[] = [];
    const forced = await project.run({
      now: day(2),
      onEvent: (event) => {
        if (event.type !== "AttemptSucceeded") return;
        repeats.push(...Object.values(event.results).map(({ isRepeat }) => isRepeat));
      },
    });
    expect(endsOf(forced)).toEqual({
      "orders.load": "succeeded",
      "revenue.transform": "succeeded",
    });
    expect(await project.why("orders.load", { run: "latest" })).toMatchObject({ reason: "forced" });
    expect(repeats.length).toBeGreaterThan(0);
    expect(repeats).not.toContain(true);

    const calm = { "orders.load": "up_to_date", "revenue.transform": "up_to_date" };
    expect(endsOf(await project.run({ now: day(3) }))).toEqual(calm);
    await project.sendSignal({
      type: "override.lift",
      subject: "orders",
      data: { by: "ana", why: "done" },
    });
    expect(endsOf(await project.run({ now: day(4) }))).toEqual(calm);
  });

  test("bypasses a model: who reads it is held back, and nothing else", async () => {
    const { project } = await shop();
    await project.sendSignal({
      type: "override.bypass",
      subject: "revenue",
      data: { by: "ana", why: "too slow today", until: null },
    });
    const run = await project.run({ now: day(1) });
    expect(endsOf(run)).toEqual({ "orders.load": "succeeded", "revenue.transform": "override" });
    const diff = await project.diff("latest", "latest@0");
    expect([...diff.added, ...diff.removed, ...diff.changed]).toEqual([]);
    await expect(project.diff("latest", "latest@1")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
