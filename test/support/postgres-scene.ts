import { join } from "node:path";
import type { Client } from "pg";
import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import { plainLoading } from "../../src/core/project/load-options.ts";
import type { SourceSpec } from "../../src/core/project/project.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Json, JsonObject } from "../../src/core/std/json.ts";
import type { ConnectorSession, Probe } from "../../src/ports/connector.ts";
import type { Manifest } from "../../src/ports/staging.ts";
import type { Warehouse } from "../../src/ports/warehouse.ts";
import { folderStaging } from "../../src/stagings/folder/folder-staging.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { never, openSession, sourceOf } from "../contract/connector-contract.ts";
import { loadOf } from "../contract/warehouse-requests.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Nothing but the test itself writes to the server's log. */
const still = ["autovacuum=off", "wal_level=minimal", "max_wal_senders=0", "checkpoint_timeout=1d"];

/** A PostgreSQL database on one side, a DuckDB warehouse on the other. */
export interface PostgresScene extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly database: string;
  readonly warehouse: Warehouse;
  /** Connection options for the superuser. */
  readonly options: JsonObject;
  run(sql: string): Promise<void>;
  connect(): Promise<Client>;
  /** A session of a new cycle; the caller closes it. */
  open(options?: JsonObject): Promise<ConnectorSession>;
  probe(locator: JsonObject, memo?: Json): Promise<Probe>;
  /** Extracts into staging by a session of its own, or by the one given. */
  extract(source: SourceSpec, cursor?: Json, session?: ConnectorSession): Promise<Manifest>;
  /** Extracts what is new and loads it into `raw.<name>`. */
  sync(source: SourceSpec): Promise<Manifest>;
  /** A source of this name. */
  source(
    name: string,
    locator: JsonObject,
    given?: Partial<Pick<SourceSpec, "strategy" | "key" | "loading">>,
  ): SourceSpec;
  /** Rows of the warehouse. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>;
}

export async function postgresScene(
  database: string,
  ...scripts: readonly string[]
): Promise<PostgresScene> {
  const folder = temporaryFolder();
  const server = await startPostgres(still.flatMap((setting) => ["-c", setting]));
  await server.createDatabase(database, ...scripts);
  const warehouse = await openDuckdbWarehouse({
    path: join(folder.path, "warehouse.duckdb"),
    memoryLimit: "512MB",
    threads: 2,
  });
  const staging = folderStaging(join(folder.path, "staging"));
  const { port, user, password } = server;
  const options = { host: "localhost", port, database, user, password };
  const open = (given: JsonObject = options) => openSession(postgresConnector, given, folder.path);
  let extractions = 0;
  const extract = async (source: SourceSpec, cursor: Json = null, given?: ConnectorSession) => {
    extractions += 1;
    const session = given ?? (await open());
    try {
      return await staging.stage(source.name, hashOf(extractions), (target) =>
        session.extract({ source, folder: target, cursor }, never),
      );
    } finally {
      if (!given) await session[Symbol.asyncDispose]();
    }
  };
  return {
    server,
    database,
    warehouse,
    options,
    run: (sql) => server.run(database, sql),
    connect: () => server.connect(database),
    open,
    async probe(locator, memo = null) {
      await using session = await open();
      return await session.probe(
        { source: sourceOf(postgresConnector, locator), memo, loaded: null },
        never,
      );
    },
    extract,
    async sync(source) {
      const cursorBefore =
        source.strategy === "replace" ? null : await warehouse.cursor(source.name);
      const manifest = await extract(source, cursorBefore);
      const { strategy, key, loading = plainLoading } = source;
      await warehouse.load([loadOf(manifest, { strategy, key, loading, cursorBefore })], never);
      return manifest;
    },
    source: (name, locator, given = {}) => ({
      ...sourceOf(postgresConnector, locator, given),
      name,
    }),
    rows: async (sql) => (await warehouse.query(sql, 100_000)).rows,
    async [Symbol.asyncDispose]() {
      await warehouse[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
