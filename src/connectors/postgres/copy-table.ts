import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import type { StagedFile, StagedFormat } from "../../ports/staging.ts";
import { quoteName, quoteText } from "./quote-postgres.ts";
import type { TableFacts } from "./table-facts.ts";

/** A copied table, and how its file is to be read. */
export interface CopiedTable {
  readonly file: StagedFile;
  readonly format: StagedFormat;
  readonly rows: number;
}

/**
 * Copies rows into a file of `folder`, as the bytes that the server sends: no row becomes an
 * object. The file is as slow as the slower of server and disk, and never in memory.
 */
export async function copyTable(
  client: PoolClient,
  facts: TableFacts,
  given: {
    readonly where: string | null;
    readonly folder: string;
    readonly signal: AbortSignal;
  },
): Promise<CopiedTable> {
  const { to: copyTo } = await import("pg-copy-streams");
  // With one column, an unquoted empty NULL would be an empty line, which readers skip.
  const nullText = facts.columns.length === 1 ? "\\N" : "";
  const forced = facts.columns.length === 1 ? ", FORCE_QUOTE *" : "";
  const items = facts.columns.map(
    (column) => `${column.select} AS ${quoteName(column.stagedName)}`,
  );
  const where = given.where === null ? "" : ` WHERE ${given.where}`;
  const rows = client.query(
    copyTo(
      `COPY (SELECT ${items.join(", ")} FROM ${facts.sqlName} AS source${where}) TO STDOUT ` +
        `(FORMAT csv, HEADER, ENCODING 'UTF8', NULL ${quoteText(nullText)}${forced})`,
    ),
  );
  const path = join(given.folder, "rows.csv");
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const sink = createWriteStream(path, { highWaterMark: 1 << 20 });
  await pipeline(rows, measure, sink, { signal: given.signal });
  const { rowCount } = rows;
  return {
    file: { path, bytes, sha256: hash.digest("hex"), rows: rowCount, isOwned: true },
    format: {
      type: "csv",
      delimiter: ",",
      quote: '"',
      hasHeader: true,
      nullText: nullText,
      isQuotedNull: false,
      encoding: "utf-8",
    },
    rows: rowCount,
  };
}
