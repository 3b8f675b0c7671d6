import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { ruleFor, type SafeguardScene, safeguardScene } from "../support/safeguard-scene.ts";

// Goal: the safeguards of a running task each fire on real files, and cost their own branch only.

const connection = `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: orders.csv
  - name: clicks
    path: clicks.csv
  - name: rates
    path: rates.csv
`;
const files = {
  "connections/files.yaml": connection,
  "models/by_rate.sql": "/* sluice\nmaterialize: table\n*/\nSELECT rate FROM raw.rates",
  "data/orders.csv": "id,amount\n1,10\n2,20\n",
  "data/clicks.csv": "id\n1\n",
  "data/rates.csv": "rate\n1\n",
};
// Far more than any machine counts in the time that these tests give it.
const endless = `/* sluice
materialize: table
*/
WITH RECURSIVE steps(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < 2000000000)
SELECT count(*) AS steps FROM steps, raw.rates`;

let open: SafeguardScene | null = null;
afterEach(() => open?.[Symbol.dispose]());

function scene(rules: string, more: Readonly<Record<string, string>> = {}): SafeguardScene {
  open = safeguardScene({ ...files, "rules/guards.yaml": rules, ...more });
  return open;
}

function remove(shop: SafeguardScene, ...names: readonly string[]): void {
  for (const name of names) rmSync(join(shop.folder, `data/${name}.csv`));
}

function failuresOf(events: readonly RunEvent[], task: string): readonly string[] {
  return events.flatMap((event) =>
    event.type === "AttemptFailed" && event.tasks.includes(task) ? event.failure.code : [],
  );
}

test("retry: a source that comes a little late is extracted by a later attempt", async () => {
  const shop = scene(
    ruleFor("source", "orders", "- retry: { attempts: 3, backoff: 10ms, max_backoff: 20ms }"),
  );
  const { events, ended } = await shop.run(1, {
    onPlan: () => remove(shop, "orders"),
    onEvent(event) {
      if (event.type === "AttemptFailed") {
        shop.write({ "data/orders.csv": files["data/orders.csv"] });
      }
    },
  });
  expect(failuresOf(events, "orders.extract")).toEqual(["SOURCE_MISSING"]);
  expect(events.some(({ type }) => type === "TimerFired")).toBe(true);
  expect(ended("orders.load")).toBe("succeeded");
});

test("timeout: a build that does not end is cancelled, and other branches finish", async () => {
  const shop = scene(ruleFor("model", "endless", "- timeout: 300ms"), {
    "models/endless.sql": endless,
  });
  const { ended } = await shop.run(1);
  expect(ended("endless.transform")).toBe("failed TIMED_OUT");
  expect(ended("by_rate.transform")).toBe("succeeded");
});

test("deadline: a branch is given up when its time is over, whatever attempts it still has", async () => {
  const shop = scene(
    ruleFor("model", "endless", "- deadline: 2s\n- retry: { attempts: 9, backoff: 10ms }"),
    { "models/endless.sql": endless, "models/after.sql": "SELECT steps FROM endless" },
  );
  const { events, ended } = await shop.run(1);
  expect(ended("endless.transform")).toBe("failed DEADLINE_PASSED");
  expect(failuresOf(events, "endless.transform")).toEqual(["DEADLINE_PASSED"]);
  expect(ended("after.transform")).toBe("skipped upstream");
  expect(ended("by_rate.transform")).toBe("succeeded");
});

test("circuit: a connection that keeps failing is left alone, then probed, then given up", async () => {
  const guards = `ruleset: guards
description: Leaves the files alone when they fail.
owner: data
rules:
  - id: guard
    description: One circuit for what orders and clicks come from.
    for: source
    when: source.name == "orders" || source.name == "clicks"
    then:
      - circuit: { failures: 2, cool_down: 50ms, probes: 1 }
      - retry: { attempts: 9, backoff: 10ms, max_backoff: 20ms }
`;
  const shop = scene(guards);
  const { events, ended } = await shop.run(1, { onPlan: () => remove(shop, "orders", "clicks") });
  const failures = [
    ...failuresOf(events, "orders.extract"),
    ...failuresOf(events, "clicks.extract"),
  ];
  // Two to open it and one probe: eighteen attempts were allowed.
  expect(failures.filter((code) => code === "SOURCE_MISSING")).toHaveLength(3);
  const ends = [ended("orders.extract"), ended("clicks.extract")];
  expect(ends).toContain("failed CIRCUIT_OPEN");
  expect(ended("by_rate.transform")).toBe("succeeded");
});

test("gate and quarantine: what may not come in stops its load, or waits beside it", async () => {
  const shop = scene(
    ruleFor(
      "source",
      "orders",
      `- gate: { name: positive, expression: amount > 0, on_fail: quarantine }
- gate: { name: enough, row_count: { min: 2 } }`,
    ),
  );
  shop.write({ "data/orders.csv": "id,amount\n1,10\n2,20\n3,-1\n" });
  const { run } = await shop.run(1);
  const load = run.tasks.find(({ id }) => id === "orders.load");
  expect(load).toMatchObject({ status: "succeeded", rows: 2, detail: { rowsQuarantined: 1 } });
  const before = await shop.sum("raw.orders");
  shop.write({ "data/orders.csv": "id,amount\n1,10\n2,-1\n" });
  const second = await shop.run(2);
  expect(second.ended("orders.load")).toBe("failed GATE_FAILED");
  expect(second.ended("by_rate.transform")).toBe("bypassed up_to_date");
  expect(await shop.sum("raw.orders")).toBe(before);
});
