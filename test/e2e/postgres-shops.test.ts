import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import type { SourceSpec } from "../../src/core/project/project.ts";
import type { Column } from "../../src/core/schema/table-schema.ts";
import { never } from "../contract/connector-contract.ts";
import { type PostgresScene, postgresScene } from "../support/postgres-scene.ts";
import { repositoryFolder } from "../support/sluice-process.ts";

const data = join(repositoryFolder, "..", "shared", "data");

/** Two databases that people know, with changes that an application would make. */
const shops = [
  {
    name: "chinook",
    file: join(data, "chinook", "Chinook_PostgreSql.sql"),
    tables: 11,
    rows: 15_607,
    changes: `UPDATE customer SET city = 'Ørebro' WHERE customer_id IN (1, 2, 3);
      INSERT INTO genre VALUES (1000, 'Quotes "and", commas');`,
    changed: { customer: 3, genre: 1 },
  },
  {
    name: "northwind",
    file: join(data, "northwind", "northwind.sql"),
    tables: 14,
    rows: 3_362,
    changes: `UPDATE orders SET freight = freight + 1 WHERE order_id = 10248;
      INSERT INTO shippers VALUES (99, 'Ångström & Sons', NULL);`,
    changed: { orders: 1, shippers: 1 },
  },
];

describe.each(shops)("$name", ({ name, file, tables, rows, changes, changed }) => {
  const isThere = existsSync(file);
  let scene: PostgresScene;
  beforeAll(async () => {
    if (!isThere) return;
    // The script makes its own database by commands of psql; ours is there already.
    const script = readFileSync(file, "utf8").replace(/^[\s\S]*\n\\c [^\n]*\n/, "");
    scene = await postgresScene(name, script);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  /** Compares every row's text on both sides. @returns row counts by source */
  async function sums(
    sources: readonly SourceSpec[],
    columnsOf: ReadonlyMap<string, readonly Column[]>,
  ): Promise<readonly unknown[]> {
    const client = await scene.connect();
    const all: unknown[] = [];
    for (const source of sources) {
      const columns = columnsOf.get(source.name) ?? [];
      const quoted = columns.map((column) => `"${column.name}"`);
      const there = await client.query(
        `SELECT ${quoted.map((column) => `${column}::text`).join(", ")} FROM ${String(source.locator["table"])}`,
      );
      const here = await scene.rows(
        `SELECT ${columns.map(({ name: column, type }) => textOf(`"${column}"`, type)).join(", ")} FROM raw.${source.name}`,
      );
      const lines = (list: readonly (readonly unknown[])[]) =>
        list.map((row) => JSON.stringify(row)).sort();
      expect(lines(here)).toEqual(lines(there.rows.map((row) => Object.values(row))));
      all.push([source.name, here.length]);
    }
    await client.end();
    return all;
  }

  test.skipIf(!isThere)(
    "goes from discovery to the warehouse, and then only what changed does",
    async () => {
      const pattern: unknown = postgresConnector.schemas.pattern.parse({ cursor: "xmin" });
      await using session = await scene.open();
      const found = await session.discover(JSON.parse(JSON.stringify(pattern)), never);
      expect(found).toHaveLength(tables);
      const sources = found.map(({ name: source, locator, key }) =>
        scene.source(source, locator, key.length > 0 ? { strategy: "merge", key } : {}),
      );
      let loaded = 0;
      const columns = new Map<string, readonly Column[]>();
      for (const source of sources) {
        const manifest = await scene.sync(source);
        loaded += manifest.rows ?? 0;
        columns.set(source.name, manifest.columns);
      }
      expect(loaded).toBe(rows);
      const before = await sums(sources, columns);

      const probes = await Promise.all(
        sources.map((source) => session.probe({ source, memo: null, loaded: null }, never)),
      );
      await scene.run(changes);
      const moved: Record<string, number | null> = {};
      for (const [index, source] of sources.entries()) {
        const probe = await session.probe(
          { source, memo: probes[index]?.memo ?? null, loaded: null },
          never,
        );
        if (probe.fingerprint === probes[index]?.fingerprint) continue;
        moved[source.name] = (await scene.sync(source)).rows;
      }
      expect(moved).toEqual(changed);
      const after = await sums(sources, columns);
      expect(after).not.toEqual(before);
    },
  );
});

/** A DuckDB value in the text that PostgreSQL gives it, for the types that these databases use. */
function textOf(column: string, type: string): string {
  if (type === "BLOB") return `'\\x' || lower(hex(${column}))`;
  if (type === "FLOAT") {
    return `CASE WHEN ${column} = trunc(${column}) THEN CAST(CAST(${column} AS BIGINT) AS VARCHAR) ELSE CAST(${column} AS VARCHAR) END`;
  }
  return `CAST(${column} AS VARCHAR)`;
}
