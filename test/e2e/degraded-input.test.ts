import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject, type RunReport } from "../../src/index.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a model that ran on the last good data of a failed input is never taken for current once
// that input has come, and neither is what reads the model.

const files = {
  "sluice.yaml": "project: degraded\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: orders.csv
    checks:
      - relationships: { column: customer, to: raw.customers, field: id }
  - name: customers
    path: customers.csv
  - name: rates
    path: rates.csv
`,
  "models/priced.sql": `/* sluice
materialize: table
on_bypass: last_good
*/
SELECT orders.id, orders.amount * rates.rate AS price FROM raw.orders, raw.rates
`,
  "models/total.sql": `/* sluice
materialize: table
*/
SELECT sum(price) AS total FROM priced
`,
  "data/orders.csv": "id,customer,amount\n1,1,10\n2,1,20\n",
  "data/customers.csv": "id,name\n1,Ada\n",
  "data/rates.csv": "rate\n2\n",
};

test("what was made of old data is made again when the new data has come", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, files);
  const statusOf = async (day: number): Promise<(task: string) => string | undefined> => {
    await using project = await openProject({ folder: folder.path });
    const { run }: RunReport = await project.run({ now: Date.UTC(2026, 10, day) });
    return (task) => run.tasks.find(({ id }) => id === task)?.status;
  };
  const totals = async () => (await tableSums(join(folder.path, "warehouse.duckdb")))["main.total"];

  await statusOf(1);
  // The new order's customer is not there yet, so orders stays; the new rate comes through.
  writeFiles(folder.path, {
    "data/orders.csv": "id,customer,amount\n1,1,10\n2,1,20\n3,2,30\n",
    "data/rates.csv": "rate\n3\n",
  });
  const second = await statusOf(2);
  expect(second("orders.load")).toBe("failed");
  expect(second("priced.transform")).toBe("succeeded");
  expect(second("total.transform")).toBe("succeeded");
  const degraded = await totals();

  // The customer comes. Orders and rates are what they were, yet both models must run.
  writeFiles(folder.path, { "data/customers.csv": "id,name\n1,Ada\n2,Bob\n" });
  const third = await statusOf(3);
  expect(third("orders.load")).toBe("succeeded");
  expect(third("priced.transform")).toBe("succeeded");
  expect(third("total.transform")).toBe("succeeded");
  expect(await totals()).not.toBe(degraded);
  const fourth = await statusOf(4);
  expect(fourth("priced.transform")).toBe("bypassed");
  expect(fourth("total.transform")).toBe("bypassed");
});
