import { join } from "node:path";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { warehouseContract } from "./warehouse-contract.ts";

warehouseContract("duckdbWarehouse", (folder) =>
  openDuckdbWarehouse({ path: join(folder, "warehouse.duckdb") }),
);
