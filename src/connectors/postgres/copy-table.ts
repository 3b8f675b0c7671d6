import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import type { StagedFile, StagedFormat } from "../../ports/staging.ts";
import type { PostgresTransaction } from "./postgres-pool.ts";
import { quoteName, quoteText } from "./quote-postgres.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/** A copied table, and how its file is to be read. */
export interface CopiedTable {
  readonly file: StagedFile;
  readonly format: StagedFormat;
  readonly rows: number;
}

interface CopyRequest {
  /** A condition on the rows of `source`; `null` copies all. */
  readonly where: string | null;
  /** Where the rows are written to. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Copies rows into a file, as the bytes that the server sends: no row becomes an
 * object. The file is as slow as the slower of server and disk, and never in memory.
 */
export async function copyTable(
  { client, query }: PostgresTransaction,
  facts: TableFacts,
  request: CopyRequest,
): Promise<CopiedTable> {
  const { nullText } = copyFormat(facts);
  const isSingle = facts.columns.length === 1;
  const options = `FORMAT csv, HEADER, ENCODING 'UTF8', NULL ${quoteText(nullText)}`;
  const copy = (selects: readonly string[]) =>
    writeRows(
      client,
      request,
      `COPY (SELECT ${selects.join(", ")} ${fromSql(facts, request)}) ` +
        `TO STDOUT (${options}${isSingle ? ", FORCE_QUOTE *" : ""})`,
    );
  const name = (column: TableFacts["columns"][number]) => ` AS ${quoteName(column.stagedName)}`;
  const plain = facts.columns.map((column) => `${column.select}${name(column)}`);
  let written = await copy(plain);
  // Writing every date by an expression costs a third of the time, so it is done only when needed.
  if (written.mentionsEra && (await hasEra(query, facts, request))) {
    written = await copy(
      facts.columns.map((column) => `${column.era?.select ?? column.select}${name(column)}`),
    );
  }
  return {
    file: written.file,
    format: copyFormat(facts),
    rows: written.rows,
  };
}

/** How the rows of a table are written. */
export function copyFormat(facts: TableFacts): Extract<StagedFormat, { readonly type: "csv" }> {
  return {
    type: "csv",
    delimiter: ",",
    quote: '"',
    hasHeader: true,
    // With one column, an unquoted empty NULL would be an empty line, which readers skip.
    nullText: facts.columns.length === 1 ? "\\N" : "",
    isQuotedNull: false,
    encoding: "utf-8",
  };
}

function fromSql(facts: TableFacts, request: CopyRequest): string {
  const where = request.where === null ? "" : ` WHERE ${request.where}`;
  return `FROM ${facts.sqlName} AS source${where}`;
}

/** Whether a row has a year before Christ; a text may as well hold the letters. */
async function hasEra(query: Query, facts: TableFacts, request: CopyRequest): Promise<boolean> {
  const conditions = facts.columns.flatMap((column) => column.era?.condition ?? []);
  if (conditions.length === 0) return false;
  const [row] = await query(
    `SELECT coalesce(bool_or(${conditions.join(" OR ")}), false) AS found ${fromSql(facts, request)}`,
  );
  return row?.["found"] === true;
}

async function writeRows(client: PoolClient, request: CopyRequest, sql: string) {
  const { to: copyTo } = await import("pg-copy-streams");
  const rows = client.query(copyTo(sql));
  const { path } = request;
  const hash = createHash("sha256");
  let bytes = 0;
  let mentionsEra = false;
  let end = "";
  const take = (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
    const seam = `${end}${chunk.toString("latin1", 0, 2)}`;
    mentionsEra ||= chunk.includes(" BC") || seam.includes(" BC");
    end = `${end}${chunk.toString("latin1", Math.max(0, chunk.length - 2))}`.slice(-2);
    return chunk;
  };
  const measure = gather(take);
  const sink = createWriteStream(path, { highWaterMark: 1 << 20 });
  await pipeline(rows, measure, sink, { signal: request.signal });
  const { rowCount } = rows;
  const file = {
    path,
    bytes,
    sha256: hash.digest("hex"),
    rows: rowCount,
    isOwned: true,
    stamp: null,
    name: null,
  };
  return { file, rows: rowCount, mentionsEra };
}

/** Large enough that what is done for each chunk costs nothing beside what is done for its bytes. */
const chunkBytes = 1 << 18;

/** The server sends one message for each row; they go on in chunks that are worth the while. */
function gather(take: (chunk: Buffer) => Buffer): Transform {
  let messages: Buffer[] = [];
  let size = 0;
  const joined = () => {
    const chunk = Buffer.concat(messages, size);
    messages = [];
    size = 0;
    return take(chunk);
  };
  return new Transform({
    transform(message: Buffer, _, done) {
      messages.push(message);
      size += message.length;
      if (size < chunkBytes) done();
      else done(null, joined());
    },
    flush(done) {
      if (size === 0) done();
      else done(null, joined());
    },
  });
}
