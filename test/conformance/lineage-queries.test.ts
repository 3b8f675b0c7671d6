import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openPolyglotAnalyzer } from "../../src/analyzers/polyglot/open-polyglot-analyzer.ts";
import type { QueryLineage, TableShape } from "../../src/core/lineage/query-lineage.ts";

/**
 * Queries over the tables below, and all that their lineage must say. Columns are `name < sources`,
 * apart by ` | `; a source ends in `~` when transformed, in `+` when aggregated, and has in brackets
 * what it absorbs. Uses are `context table.column`, with `=` and the constants that it is compared
 * with, and `else` for an ELSE. The prefix `raw.` is left out. `unresolved`: not all is in the text.
 */
const lineageQueries = z
  .array(
    z.strictObject({
      sql: z.string(),
      columns: z.string(),
      uses: z.string(),
      unresolved: z.literal(true).optional(),
    }),
  )
  .parse(JSON.parse(readFileSync("test/conformance/lineage-queries.json", "utf8")));

const analyzer = openPolyglotAnalyzer();
afterAll(() => analyzer[Symbol.asyncDispose]());

const shape = (name: string, columns: readonly string[]): TableShape => ({
  table: { schema: "raw", name },
  columns: columns.map((column) => ({ name: column, type: "VARCHAR", nullable: true })),
});

const tables = [
  shape("t", ["k", "a", "b", "c", "l", "s", "Country/Region"]),
  shape("u", ["k", "v"]),
  shape("odd.table", ["my.col"]),
];

const marks = { identity: "", transformation: "~", aggregation: "+" } as const;
const plain = (table: string) => table.replace("raw.", "");

function columnsText({ columns }: QueryLineage): string {
  const texts = columns.map(({ name, from }) => {
    const sources = from.map(({ table, column, how, absorbs }) => {
      const absorbed = absorbs.length === 0 ? "" : `[${absorbs.join()}]`;
      return `${plain(table)}.${column}${marks[how]}${absorbed}`;
    });
    return `${name} < ${sources.join(" ")}`.trim();
  });
  return texts.join(" | ");
}

function usesText({ uses }: QueryLineage): string {
  const texts = uses.map(({ table, column, context, literals, hasElse }) => {
    const compared = literals === null ? "" : `=${literals.join()}`;
    return `${context} ${plain(table)}.${column}${compared}${hasElse ? " else" : ""}`;
  });
  return texts.join(", ");
}

const lineageOf = (sql: string) => analyzer.lineage({ sql, dialect: "duckdb", tables });

describe("the lineage of a query", () => {
  test.each(lineageQueries)("says all of: $sql", async ({ sql, columns, uses, unresolved }) => {
    const lineage = await lineageOf(sql);
    expect(columnsText(lineage)).toBe(columns);
    expect(usesText(lineage)).toBe(uses);
    expect(lineage.unresolved.length > 0).toBe(unresolved === true);
  });

  const wrapped = lineageQueries.filter(
    ({ sql, unresolved }) =>
      /^select /.test(sql) && unresolved === undefined && !/#2|_col_/.test(sql),
  );
  test.each(wrapped)(
    "is the same inside a CTE and a subquery: $sql",
    async ({ sql, columns, uses }) => {
      for (const outer of [
        `with layer as (${sql}) select * from layer`,
        `select layer.* from (${sql}) as layer`,
        `select * from (select * from (${sql}))`,
      ]) {
        const lineage = await lineageOf(outer);
        expect(columnsText(lineage)).toBe(columns);
        expect(usesText(lineage)).toBe(uses);
      }
    },
  );

  test("never leaves out a table that it may read", async () => {
    for (const { sql } of lineageQueries) {
      const lineage = await lineageOf(sql);
      const named = [...lineage.uses, ...lineage.columns.flatMap(({ from }) => from)];
      const reads = /raw\.u\b/i.test(sql) && !/count\(\*\)/.test(sql);
      if (reads)
        expect(
          named.map(({ table }) => table),
          sql,
        ).toContain("raw.u");
    }
  });
});
