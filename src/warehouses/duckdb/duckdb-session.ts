import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { assert } from "../../core/std/assert.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { toJson } from "./duckdb-value.ts";
import { databaseName } from "./quote-duckdb.ts";
import { translateDuckdbError } from "./translate-duckdb-error.ts";

/** How often a cancelled statement is interrupted again: it may not have begun at the first time. */
const interruptEveryMs = 25;

/** One connection to the warehouse. Every error is an OperatingError; a fired signal is CANCELLED. */
export interface Session {
  /** Runs one statement. */
  run(sql: string): Promise<void>;
  /** Runs one statement and says how many rows it wrote. */
  change(sql: string): Promise<number>;
  /** Reads all rows of a small answer. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>;
  /** Reads all rows of a small answer with the names of its columns. */
  table(sql: string): Promise<{
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Json[])[];
  }>;
  /** Reads one whole number. */
  count(sql: string): Promise<number>;
}

/** What a session is for. */
export interface Errand {
  /** For messages, as in `Loading raw.flights`. */
  readonly doing: string;
  readonly signal: AbortSignal;
}

/** Gives `work` a connection of its own, with the warehouse as its default database. */
export async function withSession<T>(
  instance: DuckDBInstance,
  errand: Errand,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const connection = await connect(instance, errand);
  try {
    return await work(openSession(connection, errand));
  } finally {
    connection.closeSync();
  }
}

/** As `withSession`, in one transaction: all of `work` commits, or nothing of it was ever there. */
export function withTransaction<T>(
  instance: DuckDBInstance,
  errand: Errand,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(instance, errand, async (session) => {
    await session.run("BEGIN TRANSACTION");
    // Once begun, a commit is not interrupted: its outcome must be known.
    const settled = openSession(connectionOf(session), {
      doing: errand.doing,
      signal: new AbortController().signal,
    });
    try {
      const result = await work(session);
      errand.signal.throwIfAborted();
      await settled.run("COMMIT");
      return result;
    } catch (error) {
      await rollBack(settled);
      throw errand.signal.aborted ? cancelled(errand, error) : translate(error, errand);
    }
  });
}

/** A failed commit has ended the transaction already: then there is nothing to roll back. */
async function rollBack(session: Session): Promise<void> {
  try {
    await session.run("ROLLBACK");
  } catch (error) {
    const isOver = error instanceof Error && error.message.includes("no transaction is active");
    if (!isOver) throw error;
  }
}

const connections = new WeakMap<Session, DuckDBConnection>();

function connectionOf(session: Session): DuckDBConnection {
  const connection = connections.get(session);
  assert(connection !== undefined, "a session has its connection");
  return connection;
}

async function connect(instance: DuckDBInstance, errand: Errand): Promise<DuckDBConnection> {
  try {
    const connection = await instance.connect();
    await connection.run(`USE ${databaseName}`);
    return connection;
  } catch (error) {
    throw translateDuckdbError(error, errand.doing);
  }
}

function openSession(connection: DuckDBConnection, errand: Errand): Session {
  const read = (sql: string) =>
    interruptible(connection, errand, () => connection.runAndReadAll(sql));
  const rows = async (sql: string) => (await read(sql)).getRows().map((row) => row.map(toJson));
  const count = async (sql: string) => Number((await rows(sql))[0]?.[0] ?? 0);
  const session: Session = {
    run: async (sql) => {
      await read(sql);
    },
    change: count,
    rows,
    table: async (sql) => {
      const answer = await read(sql);
      return {
        columns: answer.columnNames(),
        rows: answer.getRows().map((row) => row.map(toJson)),
      };
    },
    count,
  };
  connections.set(session, connection);
  return session;
}

async function interruptible<T>(
  connection: DuckDBConnection,
  errand: Errand,
  run: () => Promise<T>,
): Promise<T> {
  if (errand.signal.aborted) throw cancelled(errand, errand.signal.reason);
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), interruptEveryMs);
  };
  errand.signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await run();
  } catch (error) {
    throw errand.signal.aborted ? cancelled(errand, error) : translate(error, errand);
  } finally {
    errand.signal.removeEventListener("abort", interrupt);
    clearInterval(timer);
  }
}

function translate(error: unknown, errand: Errand): unknown {
  // A failed assertion is a bug: it keeps its own words.
  const isBug = error instanceof Error && error.message.startsWith("Assertion failed");
  return isBug ? error : translateDuckdbError(error, errand.doing);
}

function cancelled(errand: Errand, cause: unknown): OperatingError {
  return new OperatingError("CANCELLED", `${errand.doing} was cancelled`, { cause });
}
