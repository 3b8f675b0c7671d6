import { join } from "node:path";
import type { ExtractRequest } from "../../ports/connector.ts";
import type { Log } from "../../ports/log.ts";
import type { StagedChunk, StagedChunks, StagedFile, StagedFormat } from "../../ports/staging.ts";
import { copyFormat, copyTable } from "./copy-table.ts";
import {
  type BlockRange,
  type Division,
  divideTable,
  rangeSql,
  rangesBeside,
} from "./divide-table.ts";
import type { PostgresTransaction } from "./postgres-pool.ts";
import { type ChunkNote, provenChunks, readChunkView } from "./proven-chunks.ts";
import type { CursorPlan } from "./table-cursor.ts";
import type { TableFacts } from "./table-facts.ts";

/** A table's rows, in the order of their places. */
export interface CopiedRows {
  readonly files: readonly StagedFile[];
  readonly format: StagedFormat;
  readonly rows: number;
}

interface ChunkedCopy {
  readonly facts: TableFacts;
  readonly plan: CursorPlan;
  readonly session: {
    readonly system: string | null;
    readonly database: string;
    readonly checkpointMb: number | undefined;
    readonly log: Log;
  };
  readonly request: ExtractRequest;
  readonly signal: AbortSignal;
}

/**
 * Copies what a plan selects, all of it as one transaction sees it. A large table is read by ranges
 * of its blocks, each of which is kept as soon as it is read; what an earlier attempt has kept, in
 * whatever snapshot, is taken where this transaction proves that it would read the same.
 */
export async function copyInChunks(
  transaction: PostgresTransaction,
  copy: ChunkedCopy,
): Promise<CopiedRows> {
  const { facts, plan, session, request, signal } = copy;
  const { chunks, folder } = request;
  const division =
    chunks === undefined
      ? null
      : await divideTable(transaction.query, facts, plan, session.checkpointMb);
  if (chunks === undefined || division === null) {
    await chunks?.drop(chunks.before);
    const path = join(folder, "rows.csv");
    const whole = { where: plan.where, path, signal };
    const { file, format, rows } = await copyTable(transaction, facts, whole);
    return { files: [file], format, rows };
  }
  return copyRanges(transaction, { ...copy, chunks }, division);
}

/** A range whose rows are kept. */
interface KeptRange {
  readonly note: ChunkNote;
  readonly chunk: StagedChunk;
}

async function copyRanges(
  transaction: PostgresTransaction,
  copy: ChunkedCopy & { readonly chunks: StagedChunks },
  division: Division,
): Promise<CopiedRows> {
  const { facts, plan, session, request, chunks, signal } = copy;
  const { query } = transaction;
  const view = await readChunkView(query, facts, plan, session);
  const proven = await provenChunks(query, chunks.before, { facts, plan, view });
  tellReuse(copy, proven);
  const used = new Set(proven.map(({ chunk }) => chunk));
  await chunks.drop(chunks.before.filter((chunk) => !used.has(chunk)));
  const kept: KeptRange[] = [...proven];
  // While one range is made durable the next is read already, so there are never more than two.
  let last: Promise<KeptRange | null> = Promise.resolve(null);
  const settled = async () => {
    const range = await last;
    if (range !== null) kept.push(range);
  };
  const ranges = rangesBeside(
    proven.map(({ note }) => note),
    division,
  );
  for (const range of ranges) {
    const path = join(request.folder, `rows-${range.from}.csv`);
    const { file, rows } = await copyTable(transaction, facts, {
      ...{ where: whereIn(range, plan), path, signal },
    });
    await settled();
    const note: ChunkNote = { version: 1, kind: "blocks", ...view, ...range, rows };
    last = chunks.commit([file], note).then((chunk) => ({ note, chunk }));
    // Whoever waits for it is told; until then the failure must not count as nobody's.
    last.catch(() => {});
  }
  await settled();
  kept.sort((left, right) => left.note.from - right.note.from);
  return {
    files: kept.flatMap(({ chunk }) => chunk.files),
    format: copyFormat(facts),
    rows: kept.reduce((sum, { note }) => sum + note.rows, 0),
  };
}

function whereIn(range: BlockRange, { where }: CursorPlan): string {
  return where === null ? rangeSql(range) : `${rangeSql(range)} AND (${where})`;
}

function tellReuse(
  { request, session }: ChunkedCopy & { readonly chunks: StagedChunks },
  proven: readonly KeptRange[],
): void {
  const before = request.chunks?.before.length ?? 0;
  if (before === 0) return;
  const rows = proven.reduce((sum, { note }) => sum + note.rows, 0);
  session.log.info(
    `${request.source.name}: ${proven.length} of ${before} parts that were read before still hold ` +
      `(${rows} rows); the others are read again.`,
  );
}
