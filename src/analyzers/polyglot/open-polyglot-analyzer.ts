import type { LineageRequest, QueryLineage } from "../../core/lineage/query-lineage.ts";
import { opaqueUse, sortUses } from "../../core/lineage/reconcile-lineage.ts";
import { tableText } from "../../core/schema/table-schema.ts";
import type { LineageAnalyzer } from "../../ports/sql-analyzer.ts";
import { openParserWorker } from "./open-parser-worker.ts";
import { readLineage } from "./read-lineage.ts";

/** How long one query may take, its thread's start included. */
const timeLimitMs = 10_000;

/** Longer texts are not read: their trees would not fit. In characters. */
const maxSqlLength = 1_000_000;

/** A `LineageAnalyzer` by polyglot's parser, which works in a thread that starts at first use. */
export function openPolyglotAnalyzer(): LineageAnalyzer {
  const parser = openParserWorker(timeLimitMs);
  return {
    async lineage(request) {
      if (request.sql.length > maxSqlLength) {
        return unknownLineage(request, `the query is longer than ${maxSqlLength} characters`);
      }
      const answer = await parser.parse(request.sql, request.dialect);
      if (!answer.ok) return unknownLineage(request, answer.message);
      return readLineage(answer.statements, request);
    },
    [Symbol.asyncDispose]: () => parser[Symbol.asyncDispose](),
  };
}

/** Nothing is known: the query may read all that it is given, for any end. */
function unknownLineage(request: LineageRequest, reason: string): QueryLineage {
  return {
    columns: [],
    uses: sortUses(request.tables.map(({ table }) => opaqueUse(tableText(table), "*"))),
    unresolved: [reason],
  };
}
