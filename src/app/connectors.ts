import { fileConnector } from "../connectors/file/file-connector.ts";
import { postgresConnector } from "../connectors/postgres/postgres-connector.ts";
import type { Connector } from "../ports/connector.ts";

/** All connectors, by the type that connections name. Their drivers load when a session opens. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [fileConnector, postgresConnector].map((connector) => [connector.type, connector] as const),
);
