import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openProject } from "../../src/app/open-project.ts";
import { sqliteCatalogs } from "../../src/catalogs/sqlite/sqlite-catalogs.ts";
import type { SluiceProject } from "../../src/engine/sluice-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const connection = (condition: string, name = "plausible") => `connection: files
type: file
options: { root: data }
sources:
  - name: orders
    path: orders/*.csv
    strategy: append
    checks:
      - expression: "${condition}"
        name: ${name}
        on_fail: quarantine
  - name: shops
    path: shops.csv
`;

/** A gate that is no declaration of the source, but a rule's. */
const rules = (least: number) => `ruleset: quality
description: Orders have an amount of some size.
rules:
  - id: large-enough
    description: Small orders are looked at first.
    for: source
    when: source.name == "orders"
    then:
      - gate: { name: large_enough, expression: "amount >= ${least}", on_fail: quarantine }
`;

const files = {
  "sluice.yaml": `project: quarantine_test
warehouse: { type: duckdb, path: warehouse.duckdb }
`,
  "connections/files.yaml": connection("amount < 100"),
  "rules/quality.yaml": rules(10),
  "models/totals.sql": "SELECT sum(amount) AS total FROM raw.orders",
  "data/orders/1.csv": "id,amount\n1,5\n2,20\n3,250\n4,30\n",
  "data/shops.csv": "id,name\n1,Kreuzberg\n",
};

let folder: ReturnType<typeof temporaryFolder>;
let project: SluiceProject;
beforeEach(async () => {
  folder = temporaryFolder();
  writeFiles(folder.path, files);
  project = await openProject({ folder: folder.path, logStream: { write: () => true } });
});
afterEach(async () => {
  await project[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function rowsOf(schema: string, name: string): Promise<readonly unknown[]> {
  return (await project.sample({ schema, name }, 100)).rows;
}

const releasing = () => project.releaseQuarantined("orders", { by: "ada" });

describe("rows that were set aside", () => {
  test("are counted by reason, and shown with what is wrong with them", async () => {
    await project.run();
    const [summary] = await project.quarantined();
    expect(summary).toMatchObject({ source: "orders", rows: 2 });
    expect(summary?.reasons.map(({ rows }) => rows)).toEqual([1, 1]);
    const shown = await project.quarantinedRows("orders", 1);
    expect(shown).toMatchObject({ source: "orders", rowsTotal: 2 });
    expect(shown.rows).toHaveLength(1);
  });

  test("stay as long as nothing is mended, and the release says why", async () => {
    await project.run();
    const kept = await releasing();
    expect(kept).toMatchObject({ source: "orders", rowsReleased: 0, rowsKept: 2 });
    expect(kept.kept.reduce((sum, { rows }) => sum + rows, 0)).toBe(2);
    expect(await rowsOf("raw", "orders")).toHaveLength(2);
  });

  test("come in once after a gate is mended, of the source or of a rule", async () => {
    await project.run();
    writeFiles(folder.path, { "connections/files.yaml": connection("amount < 1000") });
    expect(await releasing()).toMatchObject({ rowsReleased: 1, rowsKept: 1 });
    writeFiles(folder.path, { "rules/quality.yaml": rules(0) });
    expect(await releasing()).toMatchObject({ rowsReleased: 1, rowsKept: 0, kept: [] });
    expect(await releasing()).toMatchObject({ rowsReleased: 0, rowsKept: 0 });
    expect(await rowsOf("raw", "orders")).toHaveLength(4);
    expect(await project.quarantined()).toEqual([]);
  });

  test("are read by what reads their table in the next run, and by that run alone", async () => {
    await project.run();
    expect(await rowsOf("main", "totals")).toEqual([[50]]);
    writeFiles(folder.path, { "connections/files.yaml": connection("amount < 1000") });
    await releasing();
    await project.run();
    expect(await rowsOf("main", "totals")).toEqual([[300]]);
    const again = await project.plan();
    const transform = again.blueprint.segments
      .get("totals")
      ?.tasks.find(({ kind }) => kind === "transform");
    expect(transform?.bypass?.reason).toBe("up_to_date");
    expect(await rowsOf("raw", "orders")).toHaveLength(3);
  });
});

describe("a source", () => {
  test("without such rows has none to show or release", async () => {
    await project.run();
    expect(await project.quarantinedRows("shops")).toEqual({
      source: "shops",
      rowsTotal: 0,
      rows: [],
    });
    expect(await project.releaseQuarantined("shops", { by: "ada" })).toMatchObject({
      rowsReleased: 0,
      rowsKept: 0,
    });
  });

  test("that nobody ever loaded has none either", async () => {
    expect(await project.quarantined()).toEqual([]);
    expect(await releasing()).toMatchObject({ rowsReleased: 0, rowsKept: 0 });
  });

  test("that is not known is named with the nearest that is", async () => {
    await project.run();
    const wanted = { code: "NOT_FOUND", hint: expect.stringContaining("orders") };
    await expect(project.quarantinedRows("order")).rejects.toMatchObject(wanted);
    await expect(project.releaseQuarantined("order", { by: "ada" })).rejects.toMatchObject(wanted);
  });
});

test("a release waits for nobody, and says that another process is at work", async () => {
  await project.run();
  const path = join(folder.path, ".sluice/catalog.db");
  await using _held = await sqliteCatalogs.openWriter(path, "sluice run");
  await expect(releasing()).rejects.toMatchObject({ code: "CATALOG_LOCKED" });
});
