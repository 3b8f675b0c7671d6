import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileConnector } from "../../src/connectors/file/file-connector.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { connectorContract } from "./connector-contract.ts";

connectorContract("fileConnector", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "data"));
  const orders = join(folder.path, "data", "orders.csv");
  writeFileSync(orders, "id,amount\n1,10\n2,20\n3,30\n");
  writeFileSync(join(folder.path, "data", "Städte & Länder.csv"), "id\n1\n");
  return {
    connector: fileConnector,
    options: { root: "data" },
    optionsOfNothing: { root: "nothing" },
    projectFolder: folder.path,
    locator: { path: "orders.csv" },
    locatorOfNothing: { path: "nothing/*.csv" },
    pattern: { path: "*.csv" },
    rows: 3,
    change: async () => writeFileSync(orders, "id,amount\n1,10\n2,99\n3,30\n"),
    remove: async () => rmSync(orders),
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
});
