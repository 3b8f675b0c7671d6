import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject, type RunReport } from "../../src/index.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a change of some columns of a model makes those readers run again that use one of them, and
// no others.

const staging = (columns: string, rest = "") => ({
  "models/stg.sql": `/* sluice\nmaterialize: table\n*/\nSELECT ${columns} FROM raw.orders ${rest}\n`,
});

const table = (sql: string) => `/* sluice\nmaterialize: table\n*/\n${sql}\n`;

const files = {
  "sluice.yaml": "project: columns\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: orders.csv
`,
  ...staging("id, customer, amount AS net"),
  "models/total.sql": table("SELECT customer, sum(net) AS total FROM stg GROUP BY customer"),
  "models/copied.sql": table("SELECT * FROM stg"),
  "models/ids.sql": "SELECT id FROM stg\n",
  "models/best.sql": table("SELECT max(total) AS best FROM total"),
  "models/counted.sql": table("SELECT count(*) AS n FROM stg"),
  "data/orders.csv": "id,customer,amount,tax\n1,1,10,2\n2,1,20,4\n3,2,5,1\n",
};

const hold = (when: string) =>
  `ruleset: hold
rules:
  - id: hold
    for: model
    when: ${when}
    then: [{ bypass: { because: not today } }]
`;

/** A project in a folder of its own, that runs once a day. */
async function shop(use: (shop: Shop) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  writeFiles(folder.path, files);
  let day = 0;
  await use({
    write: (changed) => writeFiles(folder.path, changed),
    run: async () => {
      day += 1;
      await using project = await openProject({ folder: folder.path });
      const planned = await project.plan({ now: Date.UTC(2026, 10, day) });
      const { run }: RunReport = await project.run({ now: Date.UTC(2026, 10, day) });
      expect(run.blueprint).toBe(planned.blueprint.id);
      expect(await project.replay(run.id)).toMatchObject({ identical: true });
      return run.tasks
        .filter(({ id, status }) => id.endsWith(".transform") && status === "succeeded")
        .map(({ id }) => id.replace(".transform", ""))
        .sort();
    },
    why: async (task) => {
      await using project = await openProject({ folder: folder.path });
      return await project.why(task, { run: "latest" });
    },
    sums: async () => await tableSums(join(folder.path, "warehouse.duckdb")),
  });
}

interface Shop {
  write(files: Readonly<Record<string, string>>): void;
  /** The models that were built. */
  run(): Promise<readonly string[]>;
  why(task: string): Promise<unknown>;
  sums(): Promise<Readonly<Record<string, unknown>>>;
}

describe("a model's readers", { timeout: 60_000 }, () => {
  test("run again for what they read of it, and for nothing else", async () => {
    await shop(async ({ write, run, why }) => {
      expect(await run()).toEqual(["best", "copied", "counted", "ids", "stg", "total"]);
      expect(await run()).toEqual([]);

      // A column more: only who takes all of them.
      write(staging("id, customer, amount AS net, tax"));
      expect(await run()).toEqual(["copied", "stg"]);
      expect(JSON.stringify(await why("total.transform"))).toMatch(/stg is made anew/);
      expect(await run()).toEqual([]);

      // Another value of a column that some read.
      write(staging("id, customer, amount - tax AS net, tax"));
      expect(await run()).toEqual(["best", "copied", "stg", "total"]);

      // Other rows: everyone.
      write(staging("id, customer, amount - tax AS net, tax", "WHERE id < 3"));
      expect(await run()).toEqual(["best", "copied", "counted", "ids", "stg", "total"]);

      // Only how it is written.
      write(staging("ID, -- the key\n  customer, (amount - tax) as NET, Tax", "where ID < 3"));
      expect(await run()).toEqual([]);

      // A column that nobody but the copy reads is gone again.
      write(staging("id, customer, amount - tax AS net", "WHERE id < 3"));
      expect(await run()).toEqual(["copied", "stg"]);

      // New data: everyone.
      write({ "data/orders.csv": "id,customer,amount,tax\n1,1,10,2\n2,1,30,4\n" });
      expect(await run()).toEqual(["best", "copied", "counted", "ids", "stg", "total"]);
      expect(await run()).toEqual([]);
    });
  });

  test("further down run only where a column on their way changes", async () => {
    await shop(async ({ write, run }) => {
      write({
        "models/mid.sql": table("SELECT id, net * 2 AS twice FROM stg"),
        "models/far.sql": table("SELECT sum(twice) AS s FROM mid"),
      });
      await run();
      // The new column goes through the middle, and the far one does not look at it.
      write({
        ...staging("id, customer, amount AS net, tax"),
        "models/mid.sql": table("SELECT id, tax AS levy, net * 2 AS twice FROM stg"),
      });
      expect(await run()).toEqual(["copied", "mid", "stg"]);
      expect(await run()).toEqual([]);
    });
  });

  test("run again when a name in them comes to mean a new column", async () => {
    await shop(async ({ write, run, sums }) => {
      write({
        ...staging("id, customer"),
        "models/total.sql": table("SELECT customer AS id2, id AS net, net + 1 AS total FROM stg"),
        "models/best.sql": table("SELECT max(total) AS best FROM total"),
      });
      await run();
      const before = await sums();
      write(staging("id, customer, amount AS net"));
      expect(await run()).toContain("total");
      expect((await sums())["main.total"]).not.toBe(before["main.total"]);
    });
  });

  test("stay as they are while it waits for an input, and after", async () => {
    await shop(async ({ write, run }) => {
      write({
        ...Object.fromEntries(
          ["total", "ids"].map((name) => [
            `models/${name}.sql`,
            `/* sluice\nmaterialize: table\non_bypass: last_good\n*/\nSELECT id FROM stg\n`,
          ]),
        ),
        "models/best.sql": table("SELECT max(id) AS best FROM total"),
      });
      await run();
      // A rule holds the model back: what is there of it is what they were made of.
      write({
        "rules/hold.yaml": hold('model.name == "stg"'),
        ...staging("id, customer, amount AS net, tax"),
      });
      expect(await run()).toEqual([]);
      write({ "rules/hold.yaml": hold('model.name == "nobody"') });
      expect(await run()).toEqual(["copied", "stg"]);
    });
  });
});
