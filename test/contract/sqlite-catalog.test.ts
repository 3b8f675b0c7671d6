import { sqliteCatalogs } from "../../src/catalogs/sqlite/sqlite-catalogs.ts";
import { catalogContract } from "./catalog-contract.ts";

catalogContract("The SQLite catalog", sqliteCatalogs);
