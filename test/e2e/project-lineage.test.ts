import { afterAll, describe, expect, test } from "vitest";
import { openPolyglotAnalyzer } from "../../src/analyzers/polyglot/open-polyglot-analyzer.ts";
import type { ModelSpec } from "../../src/core/project/project.ts";
import type { Column } from "../../src/core/schema/table-schema.ts";
import { hashText } from "../../src/core/std/hash.ts";
import { memoryLineageCache } from "../../src/engine/lineage-cache.ts";
import { lineageOfModels } from "../../src/engine/project-lineage.ts";
import { duckdbSqlBinder } from "../../src/warehouses/duckdb/duckdb-sql-binder.ts";
import { modelSpec } from "../support/decide-fixture.ts";

const analyzer = openPolyglotAnalyzer();
const binder = duckdbSqlBinder();
afterAll(async () => await analyzer[Symbol.asyncDispose]());

function model(name: string, inputs: readonly string[], sql: string): ModelSpec {
  return modelSpec(name, inputs, { sql, code: hashText(sql) });
}

const columns = (...names: readonly string[]): readonly Column[] =>
  names.map((name) => ({ name, type: "BIGINT", nullable: true }));

const models = [
  model("orders", ["shop"], "SELECT id, price + tax AS total FROM raw.shop WHERE status = 1"),
  model("daily", ["orders"], "SELECT count(*) AS n, sum(total) AS total FROM main.orders"),
  model("copy", ["daily"], "SELECT * FROM main.daily"),
];
const sources = new Map([["shop", columns("id", "price", "tax", "status", "note")]]);

/** Counts what is analyzed. */
function counted() {
  const seen: string[] = [];
  const counting = {
    ...analyzer,
    lineage: async (request: Parameters<typeof analyzer.lineage>[0]) => {
      seen.push(request.sql);
      return await analyzer.lineage(request);
    },
  };
  return { seen, tools: { binder, analyzer: counting, cache: memoryLineageCache() } };
}

describe("the lineage of a project", () => {
  test("goes through models, with the columns that each one gives", async () => {
    const { tools } = counted();
    const found = await lineageOfModels({ models, sources }, tools);
    const orders = found.get("orders");
    expect(orders?.columns.map(({ name }) => name)).toEqual(["id", "total"]);
    expect(orders?.lineage.columns[1]?.from.map(({ column, how }) => [column, how])).toEqual([
      ["price", "transformation"],
      ["tax", "transformation"],
    ]);
    expect(orders?.lineage.uses).toMatchObject([
      { table: "raw.shop", column: "status", context: "filter" },
    ]);
    expect(found.get("copy")?.inputs.map(({ columns: of }) => of.map(({ name }) => name))).toEqual([
      ["n", "total"],
    ]);
    expect(found.get("copy")?.lineage.columns.map(({ name }) => name)).toEqual(["n", "total"]);
  });

  test("is remembered by content: a change costs the model, and those whose inputs it changes", async () => {
    const { seen, tools } = counted();
    const first = await lineageOfModels({ models, sources }, tools);
    expect(seen).toHaveLength(3);
    expect(await lineageOfModels({ models, sources }, tools)).toEqual(first);
    expect(seen).toHaveLength(3);
    const same = "SELECT id, price * tax AS total FROM raw.shop";
    await lineageOfModels(
      { models: [model("orders", ["shop"], same), ...models.slice(1)], sources },
      tools,
    );
    expect(seen.slice(3)).toEqual([same]);
    const wider = "SELECT id, price * tax AS total, note FROM raw.shop";
    await lineageOfModels(
      { models: [model("orders", ["shop"], wider), ...models.slice(1)], sources },
      tools,
    );
    expect(seen.slice(4)).toEqual([wider, models[1]?.sql]);
    const noted = new Map([["shop", columns("id", "price", "tax", "status", "other")]]);
    await lineageOfModels({ models, sources: noted }, tools);
    expect(seen.slice(6)).toEqual([models[0]?.sql]);
  });

  test("what does not bind says why, and all that it may read is opaque", async () => {
    const { tools } = counted();
    const gone = new Map([["shop", columns("id", "price", "tax")]]);
    const found = await lineageOfModels({ models, sources: gone }, tools);
    expect(found.get("orders")).toMatchObject({
      columns: [],
      bind: { ok: false, message: expect.stringContaining('"status" not found') },
    });
    expect(found.get("orders")?.lineage.uses).toContainEqual(
      expect.objectContaining({ table: "raw.shop", column: "*", context: "opaque" }),
    );
    expect(found.get("daily")?.lineage.unresolved).toContain(
      "The columns of main.orders are not known",
    );
    expect(found.get("daily")?.lineage.uses).toContainEqual(
      expect.objectContaining({ table: "main.orders", column: "*", context: "opaque" }),
    );
  });
});
