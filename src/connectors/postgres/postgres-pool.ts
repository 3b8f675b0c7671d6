import pLimit from "p-limit";
import type { Pool, PoolClient, PoolConfig } from "pg";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Log } from "../../ports/log.ts";
import { type PostgresTarget, toPostgresError } from "./postgres-errors.ts";
import type { PostgresOptions } from "./postgres-locator.ts";
import type { Query } from "./table-facts.ts";

/** Statements at once; one more connection may hold the shared snapshot, and one cancels. */
const workersMax = 4;
const connectTimeoutMs = 10_000;
/** How long a statement waits for a lock, in seconds. */
const lockTimeout = 15;

/** A connection with an open transaction. */
export interface PostgresTransaction {
  readonly client: PoolClient;
  readonly query: Query;
}

export interface TransactionRequest {
  /** What it is about, for messages; `null` for the connection itself. */
  readonly subject: string | null;
  /**
   * committed: each statement sees what was committed when it began. Otherwise all of them see one
   * instant: that of the exported snapshot of this name.
   */
  readonly sees: "committed" | { readonly snapshot: string };
  readonly signal: AbortSignal;
}

/** Connections to one database, a few at most. */
export interface PostgresPool extends AsyncDisposable {
  readonly target: PostgresTarget;
  /**
   * Runs `use` in a read-only transaction of its own, with ISO dates in UTC. When the signal
   * fires, the server is told to stop.
   * @throws what `toPostgresError` makes of a failure; CANCELLED
   */
  transact<T>(
    request: TransactionRequest,
    use: (transaction: PostgresTransaction) => Promise<T>,
  ): Promise<T>;
  /** A connection apart from the others, in a transaction that sees one instant. */
  hold(): Promise<PostgresTransaction>;
}

/** Makes a pool without connecting. The driver is imported here only. */
export async function openPool(
  options: PostgresOptions,
  connection: string,
  log: Log,
): Promise<PostgresPool> {
  const { default: pg } = await import("pg");
  const config = configOf(options, connection);
  const { host = "", port = "", database = "", user = "" } = new pg.Client(config);
  const target: PostgresTarget = { connection, address: `${host}:${port}`, database, user };
  const pool = new pg.Pool({ ...config, max: workersMax + 2 });
  pool.on("error", (error) =>
    log.debug(`${connection}: an idle connection broke: ${error.message}`),
  );
  const limit = pLimit(workersMax);
  const session = { pool, target, timeout: options.statement_timeout };
  return {
    target,
    transact: (request, use) => limit(() => transact(session, request, use)),
    hold: () => hold(session),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

interface PoolSession {
  readonly pool: Pool;
  readonly target: PostgresTarget;
  /** Seconds. */
  readonly timeout: number;
}

function configOf(options: PostgresOptions, connection: string): PoolConfig {
  const place =
    options.url === undefined
      ? {
          host: options.host,
          port: Number(options.port),
          database: options.database,
          user: options.user,
        }
      : placeOf(options.url, connection);
  const isVerified = options.ssl === "verify-full";
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  return {
    ...defined({ ...place, ...defined({ password: options.password }) }),
    ...(options.ssl === "disable" ? {} : { ssl: { rejectUnauthorized: isVerified, ...ca } }),
    application_name: "sluice",
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  };
}

/** The driver takes an `undefined` for a value, so what is not said must not be there. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) Reflect.set(kept, key, value);
  }
  return kept;
}

/** What a URL says. Nothing of it is shown when it cannot be read: it may hold a password. */
function placeOf(url: string, connection: string) {
  const refuse = (what: string) =>
    new OperatingError("PROJECT_INVALID", `Connection ${connection}: options.url ${what}.`, {
      hint: "Write postgres://user@host:5432/database, and all else as options beside it.",
    });
  if (!URL.canParse(url)) throw refuse("is no URL");
  const { protocol, hostname, port, pathname, username, password, search } = new URL(url);
  if (!/^postgres(ql)?:$/.test(protocol)) throw refuse("does not begin with postgres://");
  if (search !== "") throw refuse("has settings after a question mark");
  const text = (part: string) => (part === "" ? undefined : decodeURIComponent(part));
  return {
    host: text(hostname.replace(/^\[|\]$/g, "")) ?? "localhost",
    port: port === "" ? 5432 : Number(port),
    database: text(pathname.slice(1)),
    user: text(username),
    password: text(password),
  };
}

async function transact<T>(
  session: PoolSession,
  request: TransactionRequest,
  use: (transaction: PostgresTransaction) => Promise<T>,
): Promise<T> {
  const { signal, subject } = request;
  const cancelled = (cause?: unknown) =>
    new OperatingError(
      "CANCELLED",
      `Reading ${subject ?? session.target.connection} was cancelled.`,
      {
        cause,
      },
    );
  if (signal.aborted) throw cancelled();
  let lease: Lease | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= lease?.cancel();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    lease = await borrow(session);
    const query = queryOn(lease.client);
    await lease.client.query(beginSql(request.sees, session.timeout));
    signal.throwIfAborted();
    const result = await use({ client: lease.client, query });
    signal.throwIfAborted();
    await lease.client.query("COMMIT");
    lease.release();
    return result;
  } catch (error) {
    if (signal.aborted) stop();
    await stopping;
    // A transaction that failed is ended with its connection: nothing of it can leak into the next.
    lease?.destroy();
    if (signal.aborted) throw cancelled(error);
    throw toPostgresError(error, session.target, subject);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function hold(session: PoolSession): Promise<PostgresTransaction> {
  let lease: Lease | undefined;
  try {
    lease = await borrow(session);
    const { client } = lease;
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    return { client, query: queryOn(client) };
  } catch (error) {
    // A connection that is not given back would keep the pool from ever closing.
    lease?.destroy();
    throw toPostgresError(error, session.target, null);
  }
}

interface Lease {
  readonly client: PoolClient;
  release(): void;
  destroy(): void;
  /** Asks the server to end what it does for this connection, then closes it. */
  cancel(): Promise<void>;
}

async function borrow(session: PoolSession): Promise<Lease> {
  const client = await session.pool.connect();
  // A connection that breaks fails its statement; without a listener it would end the process too.
  const ignore = () => {};
  client.on("error", ignore);
  const { rows } = await askPid(client);
  let isReturned = false;
  const giveBack = (isBroken: boolean) => {
    if (isReturned) return;
    isReturned = true;
    if (!isBroken) client.off("error", ignore);
    client.release(isBroken);
  };
  return {
    client,
    release: () => giveBack(false),
    destroy: () => giveBack(true),
    async cancel() {
      try {
        const other = await session.pool.connect();
        try {
          await other.query("SELECT pg_cancel_backend($1)", [rows[0]?.pid ?? 0]);
        } finally {
          other.release();
        }
      } catch {
        // The server cannot be asked: closing the connection, below, ends the statement as well.
      } finally {
        giveBack(true);
      }
    },
  };
}

async function askPid(client: PoolClient) {
  try {
    return await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function queryOn(client: PoolClient): Query {
  return async (sql, values = []) => {
    const result = await client.query<Record<string, unknown>>(sql, [...values]);
    return result.rows;
  };
}

/** One round trip; a snapshot must be set before anything else. */
function beginSql(sees: TransactionRequest["sees"], timeout: number): string {
  const start =
    sees === "committed"
      ? ["BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"]
      : [
          "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
          `SET TRANSACTION SNAPSHOT '${sees.snapshot}'`,
        ];
  return [
    ...start,
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    `SET LOCAL lock_timeout = '${lockTimeout}s'`,
    `SET LOCAL statement_timeout = '${timeout}s'`,
  ].join("; ");
}
