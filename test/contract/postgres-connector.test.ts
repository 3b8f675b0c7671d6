import { postgresConnector } from "../../src/connectors/postgres/postgres-connector.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { connectorContract } from "./connector-contract.ts";

connectorContract("postgresConnector", async () => {
  const folder = temporaryFolder();
  const server = await startPostgres();
  const database = await server.createDatabase(
    "shop",
    `CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2) NOT NULL);
     INSERT INTO orders VALUES (1, 10), (2, 20), (3, 30);
     CREATE TABLE "Order Details" ("Order Id" int, note text);`,
  );
  const { port, user, password } = server;
  const options = { host: "localhost", port, database, user, password };
  return {
    connector: postgresConnector,
    options,
    optionsOfNothing: { ...options, port: 1 },
    projectFolder: folder.path,
    locator: { table: "orders" },
    locatorOfNothing: { table: "nothing" },
    pattern: {},
    rows: 3,
    change: () => server.run(database, "UPDATE orders SET amount = 99 WHERE id = 2"),
    remove: () => server.run(database, "DROP TABLE orders"),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});
