import type { SourceSpec } from "../../core/project/project.ts";
import { renderDataType } from "../../core/schema/data-type.ts";
import type { ObservedSchema } from "../../core/schema/observed-schema.ts";
import { hashOf } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { absentProbe } from "../../ports/absent-probe.ts";
import type { Connector, ConnectorSession, ExtractRequest, Probe } from "../../ports/connector.ts";
import type { Log } from "../../ports/log.ts";
import type { ManifestDraft } from "../../ports/staging.ts";
import { copyInChunks } from "./copy-in-chunks.ts";
import { discoverTables } from "./discover-tables.ts";
import { loadFault } from "./load-fault.ts";
import {
  type PostgresLocator,
  postgresConnectionSchema,
  postgresLocatorSchema,
  postgresPatternSchema,
} from "./postgres-locator.ts";
import { openPool, type PostgresPool } from "./postgres-pool.ts";
import { type SharedSnapshot, sharedSnapshot } from "./shared-snapshot.ts";
import { checkStrategy, planCursor } from "./table-cursor.ts";
import { type Query, readTableFacts, type TableFacts } from "./table-facts.ts";
import { readFingerprint } from "./table-fingerprint.ts";
import { wholePartitions } from "./whole-partitions.ts";

/** Tables and views of a PostgreSQL database, from version 14 on. */
export const postgresConnector: Connector = {
  type: "postgres",
  sourceKind: "table",
  schemas: {
    connection: postgresConnectionSchema,
    locator: postgresLocatorSchema,
    pattern: postgresPatternSchema,
  },
  loadFault,
  async open(connection, context) {
    const options = postgresConnectionSchema.parse(context.options);
    const pool = await openPool(options, connection.name, context.log);
    try {
      const identity = await pool.transact(
        { subject: null, sees: "committed", signal: new AbortController().signal },
        ({ query }) => readIdentity(query, pool),
      );
      const snapshot = sharedSnapshot(pool, context.log);
      const { checkpoint_mb: checkpointMb } = options;
      return postgresSession({ pool, snapshot, log: context.log, checkpointMb, ...identity });
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
  },
};

interface PostgresSession {
  readonly pool: PostgresPool;
  readonly snapshot: SharedSnapshot;
  readonly log: Log;
  /** The cluster's own identity; `null` where the role may not know it. */
  readonly system: string | null;
  /** Identity of cluster and database, as far as it is known. */
  readonly database: string;
  /** What the connection's options say of chunks. */
  readonly checkpointMb: number | undefined;
}

async function readIdentity(query: Query, pool: PostgresPool) {
  const [row] = await query(
    `SELECT current_setting('server_version_num')::int AS version,
       current_setting('server_version') AS written,
       has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS "isIdentified",
       (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS oid`,
  );
  if (Number(row?.["version"]) < 140_000) {
    throw new OperatingError(
      "CONNECTION_REFUSED",
      `${pool.target.address} runs PostgreSQL ${String(row?.["written"])}: 14 or newer is needed.`,
    );
  }
  const [control] =
    row?.["isIdentified"] === true
      ? await query("SELECT system_identifier::text AS id FROM pg_control_system()")
      : [];
  const system = control === undefined ? null : String(control["id"]);
  return { system, database: hashOf([system, String(row?.["oid"])]) };
}

function postgresSession(session: PostgresSession): ConnectorSession {
  const { pool, snapshot, log } = session;
  return {
    discover: (pattern, signal) =>
      pool.transact({ subject: null, sees: "committed", signal }, ({ query }) =>
        discoverTables(query, postgresPatternSchema.parse(pattern), log),
      ),
    async probe({ source, memo }, signal) {
      snapshot.expire();
      try {
        return await pool.transact(
          { subject: source.name, sees: "committed", signal },
          ({ query }) => probe(query, source, memo, session),
        );
      } catch (error) {
        return absent(error, memo);
      }
    },
    extract: (request, signal) => extract(request, session, signal),
    async [Symbol.asyncDispose]() {
      await snapshot[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
    },
  };
}

async function probe(
  query: Query,
  source: SourceSpec,
  memo: Json,
  session: PostgresSession,
): Promise<Probe> {
  const locator = postgresLocatorSchema.parse(source.locator);
  checkStrategy(source, locator);
  const facts = await readTableFacts(query, locator);
  const seen = await readFingerprint(query, facts, locator, { memo, system: session.system });
  return {
    kind: "table",
    presence: { state: "present" },
    fingerprint: seen.fingerprint,
    rows: seen.rows,
    isExact: seen.isExact,
    bytes: facts.hasVersions ? facts.bytes : null,
    files: 1,
    changedAt: seen.changedAt,
    schema: { columns: columnsOf(facts), key: facts.key },
    arriving: [shapeOf(facts, locator)],
    memo: seen.memo,
  };
}

function columnsOf(facts: TableFacts) {
  return facts.columns.map((column) => ({
    name: column.stagedName,
    type: column.type,
    nullable: !column.isNotNull,
  }));
}

/** The shape that the database declares. A member of an enumeration is loaded as text. */
function shapeOf(facts: TableFacts, locator: PostgresLocator): ObservedSchema {
  const columns = facts.columns.map((column) => {
    const { labels } = column;
    const isEnum = labels !== null && locator.types[column.name] === undefined;
    return {
      name: column.stagedName,
      type: isEnum ? renderDataType({ kind: "enum", members: labels }) : column.type,
      nullable: !column.isNotNull,
      format: null,
      sketch: null,
    };
  });
  return { columns, key: facts.key, evidence: { kind: "declared" }, origin: "" };
}

/** What a probe answers for a source that is gone or cannot be read; a bug stays a bug. */
function absent(error: unknown, memo: Json): Probe {
  if (!(error instanceof OperatingError) || error.code === "CANCELLED") throw error;
  return absentProbe("table", error, memo);
}

async function extract(
  request: ExtractRequest,
  session: PostgresSession,
  signal: AbortSignal,
): Promise<ManifestDraft> {
  const { pool } = session;
  const { source, cursor } = request;
  const locator = postgresLocatorSchema.parse(source.locator);
  if (signal.aborted)
    throw new OperatingError("CANCELLED", `Reading ${source.name} was cancelled.`);
  const snapshot = await session.snapshot.id();
  return pool.transact(
    { subject: source.name, sees: { snapshot }, signal },
    async (transaction) => {
      const { query } = transaction;
      const facts = await readTableFacts(query, locator);
      if (facts.columns.length === 0) {
        throw new OperatingError("SOURCE_UNREADABLE", `${source.name}: the table has no columns.`);
      }
      const { database: system } = session;
      const asked = await planCursor(query, { source, locator, facts, cursor, system });
      const plan = await wholePartitions(query, { source, facts }, asked);
      const copied = await copyInChunks(transaction, { facts, plan, session, request, signal });
      await checkStorage(query, facts, session);
      return {
        format: copied.format,
        compression: "none",
        files: copied.files,
        columns: columnsOf(facts),
        scope: plan.scope,
        rows: copied.rows,
        cursor: plan.next,
        replaces: [],
        fileColumn: null,
      };
    },
  );
}

/**
 * A table that was emptied by TRUNCATE or rewritten by ALTER TABLE after the snapshot was taken
 * looks empty to it. Its files are others then; that none were exchanged is known once COPY has
 * its lock.
 * @throws SOURCE_CHANGED; the next extraction is of a new instant
 */
async function checkStorage(
  query: Query,
  facts: TableFacts,
  session: PostgresSession,
): Promise<void> {
  if (!facts.hasVersions) return;
  const [row] = await query(
    `SELECT json_agg(json_build_array(part::text,
       coalesce(pg_relation_filenode(part), 0)::text) ORDER BY part) AS storage
     FROM (SELECT $1::oid AS part
       UNION SELECT relid::oid FROM pg_partition_tree($1::oid::regclass)) parts`,
    [facts.oid],
  );
  if (hashOf(row?.["storage"]) === hashOf(facts.storage)) return;
  session.snapshot.expire();
  session.log.warn(
    `${facts.schema}.${facts.table} was rewritten since the common instant; it and what is read ` +
      "after it show a later one.",
  );
  throw new OperatingError(
    "SOURCE_CHANGED",
    `${facts.schema}.${facts.table} was emptied or rewritten while the run was reading.`,
    { hint: "The next attempt reads it as it is now." },
  );
}
