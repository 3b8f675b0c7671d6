import { z } from "zod";
import type { ContractParts } from "./contract-part-forms.ts";

/**
 * What each type of server needs, and what it may say besides; `port` is a number, all else text.
 * Sluice reads data through its own connections: servers are checked, and nothing more.
 */
const servers: Readonly<Record<string, readonly [needed: string, also: string]>> = {
  api: ["location", ""],
  athena: ["stagingDir schema", "catalog regionName"],
  azure: ["location format", "delimiter"],
  bigquery: ["project dataset", ""],
  clickhouse: ["host port database", ""],
  cloudsql: ["host port database schema", ""],
  databricks: ["catalog schema", "host"],
  db2: ["host port database", "schema"],
  denodo: ["host port", "database"],
  dremio: ["host port", "schema"],
  duckdb: ["database", "schema"],
  glue: ["account database", "location format"],
  hive: ["host database", "port"],
  impala: ["host database", "port"],
  informix: ["host database", "port"],
  kafka: ["host", "format"],
  kinesis: ["", "region format"],
  local: ["path format", ""],
  mysql: ["host port database", ""],
  oracle: ["host port serviceName", ""],
  postgres: ["host port database schema", ""],
  postgresql: ["host port database schema", ""],
  presto: ["host", "catalog schema"],
  pubsub: ["project", ""],
  redshift: ["database schema", "host region account"],
  s3: ["location", "endpointUrl format delimiter"],
  sftp: ["location", "format delimiter"],
  snowflake: ["account database schema", "host port warehouse"],
  sqlserver: ["host database schema", "port"],
  synapse: ["host port database", ""],
  trino: ["host port catalog schema", ""],
  vertica: ["host port database schema", ""],
  zen: ["host database", "port"],
  custom: [
    "",
    "account catalog database dataset delimiter endpointUrl format host location path port project region regionName schema serviceName stagingDir warehouse stream",
  ],
};

const sinceLatest: ReadonlySet<string> = new Set(["hive", "impala", "zen"]);

/** One entry of `servers`. */
export function contractServerForm({ isLatest, mapping, id, custom, role }: ContractParts) {
  const general = {
    ...id,
    server: z.string(),
    description: z.string().optional(),
    environment: z.string().optional(),
    roles: z.array(role).optional(),
    customProperties: custom.optional(),
  };
  const options = Object.entries(servers)
    .filter(([type]) => isLatest || !sinceLatest.has(type))
    .map(([type, [needed, also]]) => {
      const field = (key: string) => fieldOf(type, key, isLatest);
      const shape = {
        ...general,
        type: z.literal(type),
        ...Object.fromEntries(words(needed).map((key) => [key, field(key)])),
        ...Object.fromEntries(words(also).map((key) => [key, field(key).optional()])),
      };
      return mapping(shape);
    });
  const [first, ...rest] = options;
  return first === undefined ? z.never() : z.discriminatedUnion("type", [first, ...rest]);
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}

/** The 3.0 edition has lists of formats for stored files, and counts schemas of DuckDB. */
function fieldOf(type: string, key: string, isLatest: boolean): z.ZodType {
  if (key === "port") return z.int();
  if (type === "sftp" && key === "location") {
    return z.string().regex(/^sftp:\/\//, "must begin with `sftp://`");
  }
  if (!isLatest && type === "duckdb" && key === "schema") return z.int();
  if (!isLatest && ["azure", "s3", "sftp"].includes(type)) {
    if (key === "format") return z.enum(["parquet", "delta", "json", "csv"]);
    if (key === "delimiter") return z.enum(["new_line", "array"]);
  }
  return z.string();
}
