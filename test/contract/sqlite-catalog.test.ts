import { sqliteCatalogs } from "../../src/catalogs/sqlite/sqlite-catalogs.ts";
import { catalogContract } from "./catalog-contract.ts";
import { inboxContract } from "./inbox-contract.ts";
import { retentionContract } from "./retention-contract.ts";

catalogContract("The SQLite catalog", sqliteCatalogs);
inboxContract("The SQLite catalog", sqliteCatalogs);
retentionContract("The SQLite catalog", sqliteCatalogs);
