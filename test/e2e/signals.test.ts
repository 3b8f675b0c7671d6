import { describe, expect, onTestFinished, test } from "vitest";
import { openProject, type SluiceProject } from "../../src/index.ts";
import { runSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what people and systems say of a project reaches its decisions, until it no longer holds.

const files = {
  "sluice.yaml": "project: shop\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - { name: orders, path: orders.csv }
  - { name: prices, path: prices.csv }
`,
  "models/revenue.sql": "SELECT sum(o.n * p.price) AS revenue FROM raw.orders o, raw.prices p\n",
  "data/orders.csv": "n\n1\n",
  "data/prices.csv": "price\n10\n",
};

async function shop(): Promise<{ readonly folder: string; readonly project: SluiceProject }> {
  const folder = temporaryFolder();
  writeFiles(folder.path, files);
  const project = await openProject({ folder: folder.path });
  onTestFinished(async () => {
    await project[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return { folder: folder.path, project };
}

describe("a signal", () => {
  test("waits for the next run, which takes it in", async () => {
    const { project } = await shop();
    const { signal, isNew } = await project.sendSignal({ type: "source.late", subject: "orders" });
    expect(isNew).toBe(true);
    expect((await project.signals()).signals).toMatchObject([{ state: "pending", takenBy: null }]);
    const { run } = await project.run();
    const { signals, standing } = await project.signals();
    expect(signals).toMatchObject([{ signal, state: "holds", takenBy: run.id }]);
    expect(standing.late.get("orders")).toEqual({ since: signal.at, signal: signal.id });
    await project.sendSignal({ type: "source.back", subject: "orders" });
    await project.run();
    const after = await project.signals();
    expect(after.signals.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(after.standing.late.size).toBe(0);
  });

  test("is sent once by its id, however often it is sent", async () => {
    const { project } = await shop();
    const request = { type: "source.changed", subject: "orders", id: "7" } as const;
    expect((await project.sendSignal(request)).isNew).toBe(true);
    expect((await project.sendSignal(request)).isNew).toBe(false);
    expect((await project.signals()).signals).toHaveLength(1);
  });

  test("ends when its time is over, seen from the cycle's instant", async () => {
    const { project } = await shop();
    const until = Date.now() + 3_600_000;
    const data = { by: "ada", why: "stocktaking", until };
    await project.sendSignal({ type: "override.freeze", subject: "orders", data });
    await project.run();
    expect((await project.signals({ now: until - 1 })).signals).toMatchObject([{ state: "holds" }]);
    const later = await project.signals({ now: until });
    expect(later.signals).toMatchObject([{ state: "expired" }]);
    expect(later.standing.overrides.size).toBe(0);
  });

  test.each([
    [{ type: "source.late", subject: "ordres" }, "NOT_FOUND", "Did you mean `orders`?"],
    [
      { type: "source.late", subject: "revenue" },
      "NOT_FOUND",
      "Known here: `orders` and `prices`.",
    ],
    [{ type: "circuit.closed", subject: "file" }, "NOT_FOUND", "Did you mean `files`?"],
    [{ type: "tier.changed", subject: "revenue" }, "SIGNAL_INVALID", /what each type/],
    [{ type: "pressure", subject: "discs", data: { level: 1 } }, "SIGNAL_INVALID", /`disk`/],
  ] as const)("%j that says nothing about this project is refused", async (request, code, hint) => {
    const { project } = await shop();
    await expect(project.sendSignal(request)).rejects.toMatchObject({
      code,
      hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
    });
    expect((await project.signals()).signals).toEqual([]);
  });
});

test("the command line sends and lists them, before there is any run", async () => {
  const { folder } = await shop();
  const sluice = (...args: string[]) => runSluice([...args, "--json"], { cwd: folder });
  const sent = await sluice("signal", "bypass", "orders", "--why", "wrong", "--by", "ada");
  expect(JSON.parse(sent.stdout)).toMatchObject({
    isNew: true,
    signal: { type: "dev.sluice.override.bypass", data: { by: "ada", why: "wrong", until: null } },
  });
  const listed = await sluice("signals");
  expect(JSON.parse(listed.stdout)).toMatchObject({
    standing: { overrides: [["orders", { do: "bypass", by: "ada" }]] },
    signals: [{ state: "pending" }],
  });
  const unknown = await sluice("signal", "late", "ordrs");
  expect(unknown.exitCode).toBe(64);
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: "NOT_FOUND", hint: "Did you mean `orders`?" },
  });
});
