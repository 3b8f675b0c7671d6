import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { ruleFor, type SafeguardScene, safeguardScene } from "../support/safeguard-scene.ts";

// Goal: each fallback is used when it should be, is told wherever its result goes, and is gone
// without a trace once the source has come as it should.

const connection = `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: "orders*"
    types: { id: BIGINT, amount: BIGINT }
  - name: rates
    path: rates.csv
`;
const priced = `/* sluice
materialize: table
*/
SELECT sum(orders.amount * rates.rate) AS total, count(*) AS orders FROM raw.orders, raw.rates
`;

function csv(from: number, count: number): string {
  return `id,amount\n${Array.from({ length: count }, (_, n) => `${from + n},${n}\n`).join("")}`;
}

let open: SafeguardScene | null = null;
afterEach(() => open?.[Symbol.dispose]());

function scene(effects: string, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  open = safeguardScene({
    "connections/files.yaml": connection,
    "rules/guards.yaml": ruleFor("source", "orders", effects),
    "models/priced.sql": priced,
    "data/rates.csv": "rate\n1\n",
    ...files,
  });
  return open;
}

describe("last_good", () => {
  const effects = `- fallback: { use: last_good, max_age: 2d }
- gate: { expression: amount >= 0, on_fail: fail }`;
  const missing = "orders is missing, and its last good data is read";

  test("lets models run on what is there while it is fresh enough, and says so", async () => {
    const shop = scene(effects, { "data/orders.csv": csv(1, 10) });
    expect((await shop.run(1)).degraded).toEqual({});
    rmSync(join(shop.folder, "data/orders.csv"));
    shop.write({ "data/rates.csv": "rate\n2\n" });
    const second = await shop.run(2);
    expect(second.ended("orders.load")).toBe("bypassed source_missing");
    expect(second.ended("priced.transform")).toBe("succeeded");
    expect(second.degraded).toEqual({ orders: missing, priced: missing });

    // Too old by now: what reads it stays as it is, and what was said of it stays too.
    shop.write({ "data/rates.csv": "rate\n3\n" });
    const late = await shop.run(5);
    expect(late.ended("priced.transform")).toBe("bypassed upstream");
    expect(late.degraded).toMatchObject({ priced: missing });

    shop.write({ "data/orders.csv": csv(1, 10) });
    const back = await shop.run(6);
    expect(back.ended("orders.load")).toBe("bypassed up_to_date");
    expect(back.ended("priced.transform")).toBe("succeeded");
    expect(back.degraded).toEqual({});
  });

  test("holds also for a load that fails while the run goes on", async () => {
    const shop = scene(effects, { "data/orders.csv": csv(1, 10) });
    await shop.run(1);
    shop.write({ "data/orders.csv": "id,amount\n1,-5\n", "data/rates.csv": "rate\n2\n" });
    const second = await shop.run(2);
    expect(second.ended("orders.load")).toBe("failed GATE_FAILED");
    expect(second.ended("priced.transform")).toBe("succeeded");
    expect(second.degraded).toEqual({
      orders: "orders could not be loaded, and its last good data is read",
      priced: "orders could not be had, and is read as it was",
    });
    shop.write({ "data/rates.csv": "rate\n3\n" });
    expect((await shop.run(5)).ended("priced.transform")).toBe("skipped upstream");

    // The good data comes back unchanged: what was made of it in between is made again.
    shop.write({ "data/orders.csv": csv(1, 10) });
    const back = await shop.run(6);
    expect(back.ended("priced.transform")).toBe("succeeded");
    expect(back.degraded).toEqual({});
  });
});

describe("partial", () => {
  const parts = (names: string) =>
    Object.fromEntries(
      [...names].map((name, at) => [`data/orders-${name}.csv.gz`, gzipSync(csv(at * 100, 100))]),
    );
  const broken = gzipSync(csv(300, 100)).subarray(0, 60);

  test("loads what can be read when that is enough, until all of it can", async () => {
    const shop = scene("- fallback: { use: partial, min_share: 0.7 }", parts("abcd"));
    await shop.run(1);
    const whole = await shop.sum("main.priced");
    shop.write({ "data/orders-d.csv.gz": broken, "data/rates.csv": "rate\n2\n" });
    const second = await shop.run(2);
    const because = "orders came with 300 of 400 expected rows (75 %)";
    expect(second.ended("orders.load")).toBe("succeeded");
    expect(second.degraded).toEqual({ orders: because, priced: because });

    // Nothing changed: nothing runs, and it is still said, since when it began.
    const third = await shop.run(3);
    expect(third.ended("orders.load")).toBe("bypassed up_to_date");
    expect(third.ended("priced.transform")).toBe("bypassed up_to_date");
    expect(third.run.degraded).toEqual(second.run.degraded);

    shop.write({ ...parts("abcd"), "data/rates.csv": "rate\n1\n" });
    const back = await shop.run(4);
    expect(back.ended("orders.load")).toBe("succeeded");
    expect(back.degraded).toEqual({});
    expect(await shop.sum("main.priced")).toBe(whole);
  });

  test("treats too little as if it had not come, and keeps what was there", async () => {
    const shop = scene("- fallback: { use: partial, min_share: 0.8 }", parts("abcd"));
    await shop.run(1);
    const before = await shop.sum("raw.orders");
    shop.write({ "data/orders-d.csv.gz": broken });
    const second = await shop.run(2);
    expect(second.ended("orders.load")).toBe("bypassed source_short");
    expect(await shop.sum("raw.orders")).toBe(before);
    const why = await shop.at(2, (project, now) => project.why("orders.load", { now }));
    expect(why.chain[0]?.text).toBe(
      "orders has only 300 of 400 expected rows (75 %); guards/guard asks for at least 80 %.",
    );
  });

  test("knows half a file by its rows", async () => {
    const shop = scene("- fallback: { use: partial, min_share: 0.6 }", {
      "data/orders.csv": csv(1, 100),
    });
    await shop.run(1);
    shop.write({ "data/orders.csv": csv(1, 50) });
    expect((await shop.run(2)).ended("orders.load")).toBe("bypassed source_short");
    shop.write({ "data/orders.csv": csv(1, 70) });
    const third = await shop.run(3);
    expect(third.ended("orders.load")).toBe("succeeded");
    expect(third.degraded["priced"]).toBe("orders came with 70 of 100 expected rows (70 %)");
    shop.write({ "data/orders.csv": csv(1, 95) });
    expect((await shop.run(4)).degraded).toEqual({});
  });

  test("judges what is short only when it is read", async () => {
    const shop = scene("- fallback: { use: partial, min_share: 0.7 }", parts("abcd"));
    await shop.run(1);
    shop.write({ "data/orders-a.csv.gz": gzipSync(csv(1000, 100)) });
    const damage = (name: string) => () => shop.write({ [`data/orders-${name}.csv.gz`]: broken });
    const second = await shop.run(2, { onPlan: damage("d") });
    expect(second.ended("orders.load")).toBe("succeeded");
    expect(second.degraded["priced"]).toBe("orders came with 300 of 400 expected rows (75 %)");

    shop.write(parts("abcd"));
    const third = await shop.run(3, { onPlan: () => [damage("c"), damage("d")].map((go) => go()) });
    expect(third.ended("orders.extract")).toBe("failed SOURCE_SHORT");
    expect(third.degraded["orders"]).toBe("orders came with 300 of 400 expected rows (75 %)");
  });
});

describe("alternate", () => {
  const effects = "- fallback: { use: alternate, source: spare }";
  const spare = `${connection}  - name: spare
    path: spare.csv
    demand: when_used
`;
  const files = {
    "connections/files.yaml": spare,
    "data/orders.csv": csv(1, 10),
    "data/spare.csv": csv(1, 8),
  };

  test("is loaded in the place of a source that is not there, and neither loses nor doubles", async () => {
    const shop = scene(effects, files);
    await shop.run(1);
    const own = await shop.sum("raw.orders");
    rmSync(join(shop.folder, "data/orders.csv"));
    const second = await shop.run(2);
    const because = "orders is missing, and is loaded from spare";
    expect(second.ended("orders.load")).toBe("succeeded");
    expect(second.degraded).toEqual({ orders: because, priced: because });
    expect(await shop.sum("raw.orders")).toMatch(/^8 /);
    expect((await shop.run(3)).ended("orders.load")).toBe("bypassed up_to_date");

    shop.write({ "data/orders.csv": csv(1, 10) });
    const back = await shop.run(4);
    expect(back.ended("orders.load")).toBe("succeeded");
    expect(back.degraded).toEqual({});
    expect(await shop.sum("raw.orders")).toBe(own);
  });

  test("is extracted when the extraction fails for good", async () => {
    const shop = scene(`${effects}\n- retry: { attempts: 2, backoff: 20ms }`, files);
    const gone = () => rmSync(join(shop.folder, "data/orders.csv"));
    const first = await shop.run(1, { onPlan: gone });
    expect(first.events.filter(({ type }) => type === "AttemptFailed")).toHaveLength(1);
    const because = "orders could not be extracted (SOURCE_MISSING), and is loaded from spare";
    expect(first.degraded).toEqual({ orders: because, priced: because });
    expect(await shop.sum("raw.orders")).toMatch(/^8 /);
    shop.write({ "data/orders.csv": csv(1, 10) });
    const back = await shop.run(2);
    expect(back.degraded).toEqual({});
    expect(await shop.sum("raw.orders")).toMatch(/^10 /);
  });

  test("neither loses nor doubles rows that are merged by their key", async () => {
    const merged = spare.replace(
      "types: { id: BIGINT, amount: BIGINT }",
      "types: { id: BIGINT, amount: BIGINT }\n    strategy: merge\n    key: id",
    );
    const shop = scene(effects, { ...files, "connections/files.yaml": merged });
    await shop.run(1);
    rmSync(join(shop.folder, "data/orders.csv"));
    shop.write({ "data/spare.csv": csv(6, 10) });
    await shop.run(2);
    expect(await shop.sum("raw.orders")).toMatch(/^15 /);
    shop.write({ "data/orders.csv": csv(1, 15) });
    const back = await shop.run(3);
    expect(back.degraded).toEqual({});
    expect(await shop.sum("raw.orders")).toMatch(/^15 /);
  });
});
