import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { undoingOf, verdictOn } from "../../src/core/decide/verdict.ts";
import { present } from "../../src/core/std/assert.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { ruleFor, type SafeguardScene, safeguardScene } from "../support/safeguard-scene.ts";
import { startSluice } from "../support/sluice-process.ts";

// Goal: what a later check condemns is taken back to the version before, also when the process ends
// on the way; who reads it never sees it; and it is not made again of the same.

const connection = `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: orders.csv
    types: { id: BIGINT, amount: BIGINT }
  - name: rates
    path: rates.csv
`;
const priced = `/* sluice
materialize: table
checks:
  - { name: plausible, expression: total < 1000, on_fail: undo }
*/
SELECT sum(orders.amount * rates.rate) AS total FROM raw.orders, raw.rates
`;
const files = {
  "connections/files.yaml": connection,
  "rules/guards.yaml": ruleFor(
    "source",
    "orders",
    "- gate: { name: some, row_count: { min: 2 }, on_fail: undo }",
  ),
  "models/priced.sql": priced,
  "data/orders.csv": "id,amount\n1,10\n2,20\n3,30\n",
  "data/rates.csv": "rate\n1\n",
};

let open: SafeguardScene | null = null;
afterEach(() => open?.[Symbol.dispose]());

describe("a load that its own check condemns", () => {
  test("is undone, is not read, and is not loaded again until it changes", async () => {
    const shop = safeguardScene(files);
    open = shop;
    expect((await shop.run(1)).degraded).toEqual({});
    const good = [await shop.sum("raw.orders"), await shop.sum("main.priced")];
    shop.write({ "data/orders.csv": "id,amount\n1,10\n" });
    const second = await shop.run(2);
    expect(second.ended("orders.load")).toBe("succeeded");
    expect(second.ended("orders.verify")).toBe("failed UNDONE");
    expect(second.ended("priced.transform")).toBe("skipped upstream");
    expect([await shop.sum("raw.orders"), await shop.sum("main.priced")]).toEqual(good);
    const because = "orders was condemned by its check, and is as it was before";
    expect(second.degraded).toEqual({ orders: because });

    const third = await shop.run(3);
    expect(third.ended("orders.load")).toBe("bypassed condemned");
    expect(third.ended("priced.transform")).toBe("bypassed upstream");
    expect(third.run.degraded).toEqual(second.run.degraded);
    const why = await shop.at(3, (project, now) => project.why("orders.load", { now }));
    expect(why.chain[0]?.text).toContain("orders was undone after some had condemned it");

    shop.write({ "data/orders.csv": "id,amount\n1,10\n2,40\n" });
    const fourth = await shop.run(4);
    expect(fourth.ended("orders.verify")).toBe("succeeded");
    expect(fourth.ended("priced.transform")).toBe("succeeded");
    expect(fourth.degraded).toEqual({});
  });

  test("leaves no table when it was the first", async () => {
    const shop = safeguardScene({ ...files, "data/orders.csv": "id,amount\n1,10\n" });
    open = shop;
    expect((await shop.run(1)).ended("orders.verify")).toBe("failed UNDONE");
    expect(await shop.sum("raw.orders")).toBeUndefined();
    expect((await shop.run(2)).ended("orders.load")).toBe("bypassed condemned");
  });
});

describe("a model that its own check condemns", () => {
  test("is undone to the version before", async () => {
    const shop = safeguardScene(files);
    open = shop;
    await shop.run(1);
    const good = await shop.sum("main.priced");
    shop.write({ "data/rates.csv": "rate\n100\n" });
    const second = await shop.run(2);
    expect(second.ended("priced.check")).toBe("failed UNDONE");
    expect(await shop.sum("main.priced")).toBe(good);
    expect((await shop.run(3)).ended("priced.transform")).toBe("bypassed condemned");
    shop.write({ "data/rates.csv": "rate\n2\n" });
    expect((await shop.run(4)).degraded).toEqual({});
  });
});

describe("a process that ends between the load and what is said of its check", () => {
  /** A run that ends when its verify has begun, with nothing of it done. */
  async function interrupted(): Promise<SafeguardScene> {
    const shop = safeguardScene(files);
    open = shop;
    await shop.run(1);
    shop.write({ "data/orders.csv": "id,amount\n1,10\n" });
    const ends = shop.run(2, {
      onEvent(event) {
        const isVerify = event.type === "AttemptStarted" && event.tasks[0] === "orders.verify";
        if (isVerify) throw new Error("the process ends here");
      },
    });
    await expect(ends).rejects.toThrow("the process ends here");
    return shop;
  }

  const resume = (shop: SafeguardScene) =>
    shop.at(2, async (project, now) => {
      const { run } = await project.run({ now, resume: true });
      return run.tasks.find(({ id }) => id === "orders.verify");
    });

  test("has it measured and undone when it goes on", async () => {
    const shop = await interrupted();
    expect(await shop.sum("raw.orders")).toMatch(/^1 /);
    expect(await resume(shop)).toMatchObject({ status: "failed", reason: "UNDONE" });
    expect(await shop.sum("raw.orders")).toMatch(/^3 /);
  });

  test("has undone it once, wherever it was killed", async () => {
    const shop = safeguardScene(files);
    open = shop;
    await shop.run(1);
    const good = await shop.sum("raw.orders");
    // Killed once it tells of these: the load has not begun then, or has just committed.
    for (const [index, line] of [/orders\.extract/, /orders\.load/].entries()) {
      shop.write({ "data/orders.csv": `id,amount\n1,${index}\n` });
      const { child, ended, told } = startSluice(["run", "--project", shop.folder]);
      await told(line);
      child.kill("SIGKILL");
      await ended;
      await resume(shop);
      expect(await shop.sum("raw.orders")).toBe(good);
      expect((await shop.run(3 + index)).ended("orders.load")).toBe("bypassed condemned");
    }
  });

  test("does not take the version before for what was condemned", async () => {
    const shop = await interrupted();
    await undoByHand(shop.folder);
    const undone = await shop.sum("raw.orders");
    expect(undone).toMatch(/^3 /);
    expect(await resume(shop)).toMatchObject({ status: "failed", reason: "UNDONE" });
    expect(await shop.sum("raw.orders")).toBe(undone);
    expect((await shop.run(3)).ended("orders.load")).toBe("bypassed condemned");
  });
});

/** What a process does that dies before it can say so. */
async function undoByHand(folder: string): Promise<void> {
  await using warehouse = await openDuckdbWarehouse({ path: join(folder, "warehouse.duckdb") });
  const output = present((await warehouse.outputs()).get("raw.orders"), "orders was loaded");
  const { target, fingerprint, committedAt, run } = output;
  const check = { kind: "row_count" as const, min: 2, max: null };
  const undoing = undoingOf([{ name: "some", check, onFail: "undo", by: null }]) ?? "";
  const provenance = {
    run,
    task: "orders.verify",
    blueprint: fingerprint,
    decision: fingerprint,
    at: committedAt,
    epoch: Number.MAX_SAFE_INTEGER,
  };
  const verdict = verdictOn(fingerprint, undoing);
  const signal = new AbortController().signal;
  await warehouse.undo({ target, fingerprint, verdict, reason: "1 row", provenance }, signal);
}
