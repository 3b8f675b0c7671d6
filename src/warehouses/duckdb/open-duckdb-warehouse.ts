import { isAbsolute } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest, Rows, Warehouse } from "../../ports/warehouse.ts";
import { buildModel, makeAdapters, makeSchema } from "./build-model.ts";
import { checkSelect } from "./check-sql.ts";
import { type Errand, type Session, withSession, withTransaction } from "./duckdb-session.ts";
import { EpochGate, holdEpoch } from "./epoch-gate.ts";
import { currentVersions } from "./gate-load.ts";
import { pruneKept } from "./keep-version.ts";
import { readCursor, readHead, readOutputs } from "./ledger.ts";
import { migrateLedger } from "./ledger-schema.ts";
import { listQuarantine, readQuarantine } from "./list-quarantine.ts";
import { loadSources } from "./load-sources.ts";
import { measureGates } from "./measure-gates.ts";
import { probeBatch } from "./probe-batch.ts";
import { databaseName, literal, quoteTable } from "./quote-duckdb.ts";
import { releaseRows } from "./release-rows.ts";
import { literalPath } from "./staged-scan.ts";
import { targetLocks } from "./target-locks.ts";
import { translateDuckdbError } from "./translate-duckdb-error.ts";
import { undoLoad } from "./undo-load.ts";

export interface DuckdbWarehouseOptions {
  /** Absolute, or `:memory:`. */
  readonly path: string;
  /** As DuckDB writes it (`4GB`); by default 80 % of the machine's memory. */
  readonly memoryLimit?: string;
  /** By default one per core. */
  readonly threads?: number;
  /** Where work that exceeds memory is put; by default beside the file. */
  readonly tempFolder?: string;
  /**
   * Folders that hold every file to be loaded: staging, and the sources' own files that are
   * read in place. When given, the engine itself refuses to read any other file.
   */
  readonly readableFolders?: readonly string[];
}

/**
 * Opens the warehouse in a DuckDB file, which this process then owns: no other process can open it,
 * not even to read. The file is made when it is not there.
 * @throws WAREHOUSE_LOCKED, WAREHOUSE_INVALID, WAREHOUSE_FULL
 */
export async function openDuckdbWarehouse(options: DuckdbWarehouseOptions): Promise<Warehouse> {
  const instance = await openInstance(options);
  try {
    await withTransaction(instance, errandOf(`Opening ${options.path}`), migrateLedger);
  } catch (error) {
    instance.closeSync();
    throw error;
  }
  return warehouseOf(instance);
}

async function openInstance(options: DuckdbWarehouseOptions): Promise<DuckDBInstance> {
  const { path } = options;
  if (path !== ":memory:" && !isAbsolute(path)) {
    throw new OperatingError("WAREHOUSE_INVALID", `${path} is not an absolute path`);
  }
  const instance = await DuckDBInstance.create(":memory:", settingsOf(options));
  try {
    const connection = await instance.connect();
    // Attached, not opened: after a kill, a plain open can fail for ever on the log that it left.
    await connection.run(`ATTACH ${literal(path)} AS ${databaseName}`);
    for (const statement of lockDown(options)) await connection.run(statement);
    connection.closeSync();
    return instance;
  } catch (error) {
    instance.closeSync();
    throw openingError(error, path);
  }
}

/** While opening, a file that cannot be used is the warehouse's, not a staged one. */
function openingError(error: unknown, path: string): OperatingError {
  const coded = translateDuckdbError(error, `Opening ${path}`);
  const codes = ["STAGING_INVALID", "STATEMENT_INVALID", "WAREHOUSE_REFUSED"];
  if (!codes.includes(coded.code)) return coded;
  return new OperatingError("WAREHOUSE_INVALID", coded.message, {
    hint: "Check that the path is a file in a folder that is there and may be written.",
    cause: error,
  });
}

function settingsOf({
  path,
  memoryLimit,
  threads,
  tempFolder,
}: DuckdbWarehouseOptions): Record<string, string> {
  const spill = tempFolder ?? (path === ":memory:" ? undefined : `${path}.tmp`);
  return {
    ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
    ...(threads === undefined ? {} : { threads: String(threads) }),
    ...(spill === undefined ? {} : { temp_directory: spill }),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  };
}

/** What SQL may never change again. Times without an offset mean UTC, on any machine. */
function lockDown({ readableFolders }: DuckdbWarehouseOptions): readonly string[] {
  const confine =
    readableFolders === undefined
      ? []
      : [
          // Paths are judged as they are given to a reader, which is with their patterns disarmed.
          `SET allowed_directories = ${literal([...readableFolders, ...readableFolders.map(literalPath)])}`,
          "SET enable_external_access = false",
        ];
  return ["SET GLOBAL TimeZone = 'UTC'", ...confine, "SET lock_configuration = true"];
}

function errandOf(doing: string, signal?: AbortSignal): Errand {
  return { doing, signal: signal ?? new AbortController().signal };
}

function warehouseOf(instance: DuckDBInstance): Warehouse {
  const read = <T>(doing: string, work: (session: Session) => Promise<T>, signal?: AbortSignal) =>
    withSession(instance, errandOf(doing, signal), work);
  return {
    ...effectsOn(instance),
    outputs: () => read("Reading the ledger", readOutputs),
    cursor: (source) => read("Reading a cursor", (session) => readCursor(session, source)),
    measure: (table, gates, signal) => {
      const what = tableText(table);
      return read(
        `Measuring ${what}`,
        async (session) => {
          const rows = await rowsThatHold(session, table);
          return measureGates(session, gates, { rows, taken: null, what });
        },
        signal,
      );
    },
    query: (sql, limit) =>
      read("The query", async (session) => {
        await checkSelect(session, sql, "The query");
        return firstRows(session, `(${sql.replace(/[\s;]+$/, "")}\n)`, limit);
      }),
    sample: (table: TableName, limit) =>
      read(`Reading ${tableText(table)}`, (session) =>
        firstRows(session, quoteTable(table), limit),
      ),
    probe: (manifest, probes, signal) =>
      read(
        `Looking at the staged rows of ${manifest.source}`,
        (session) => probeBatch(session, manifest, probes),
        signal,
      ),
    quarantined: () => read("Reading the quarantine", listQuarantine),
    quarantinedRows: (source, limit) =>
      read(`Reading the quarantine of ${source}`, (session) =>
        readQuarantine(session, source, limit),
      ),
    checkpoint: () => read("Checkpointing", (session) => session.run(`CHECKPOINT ${databaseName}`)),
    [Symbol.asyncDispose]: () => {
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

/** What changes the warehouse, one transaction at a time for each target. */
function effectsOn(
  instance: DuckDBInstance,
): Pick<Warehouse, "load" | "transform" | "undo" | "prune" | "release"> {
  const locks = targetLocks();
  // Locks of their own: a schema is made while a target is held.
  const schemaLocks = targetLocks();
  const adapterLocks = targetLocks();
  const epochs = new EpochGate((epoch) =>
    withTransaction(instance, errandOf("Taking the warehouse over"), (session) =>
      holdEpoch(session, epoch),
    ),
  );
  return {
    load: (requests, signal) =>
      locks.hold(
        requests.map(({ target }) => tableText(target)),
        () => epochs.admit(epochOf(requests), () => loadSources(instance, requests, signal)),
      ),
    transform: (request, signal) =>
      locks.hold(
        [request.target, ...request.emptyInputs.map(({ table }) => table)].map(tableText),
        () =>
          epochs.admit(request.provenance.epoch, async () => {
            const { schema } = request.target;
            await schemaLocks.hold([schema.toLowerCase()], () =>
              makeSchema(instance, schema, signal),
            );
            await adapterLocks.hold(
              request.adapters.map(({ view }) => tableText(view)),
              () => makeAdapters(instance, request, signal),
            );
            return buildModel(instance, request, signal);
          }),
      ),
    undo: (request, signal) =>
      locks.hold([tableText(request.target)], () =>
        epochs.admit(request.provenance.epoch, () =>
          withTransaction(
            instance,
            errandOf(`Undoing ${tableText(request.target)}`, signal),
            (session) => undoLoad(session, request),
          ),
        ),
      ),
    prune: (policy, signal) =>
      withTransaction(instance, errandOf("Removing kept versions", signal), (session) =>
        pruneKept(session, policy),
      ),
    release: (request, signal) =>
      locks.hold([tableText(request.target)], () =>
        epochs.admit(request.epoch, () =>
          withTransaction(
            instance,
            errandOf(`Releasing the quarantine of ${request.source}`, signal),
            (session) => releaseRows(session, request),
          ),
        ),
      ),
  };
}

/** Loads of one batch come from one runner. */
function epochOf(requests: readonly LoadRequest[]): number {
  return Math.max(0, ...requests.map(({ provenance }) => provenance.epoch));
}

/** The rows of a table; of one that keeps versions, the current ones. */
async function rowsThatHold(session: Session, table: TableName): Promise<string> {
  const head = await readHead(session, table);
  const rows = quoteTable(table);
  return head?.strategy === "history" ? currentVersions(rows) : rows;
}

async function firstRows(session: Session, from: string, limit: number): Promise<Rows> {
  const most = Math.max(0, Math.floor(limit));
  const { columns, rows } = await session.table(`SELECT * FROM ${from} LIMIT ${most + 1}`);
  return { columns, rows: rows.slice(0, most), isTruncated: rows.length > most };
}
