import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { Json } from "../../src/core/std/json.ts";
import type { Manifest } from "../../src/ports/staging.ts";
import type { LoadOutcome, LoadRequest, Warehouse } from "../../src/ports/warehouse.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";
import { csv, manifestOf, never } from "./warehouse-requests.ts";

/** A warehouse of its own for each test, with ways to fill and read it. */
export interface WarehouseScene {
  readonly folder: string;
  readonly warehouse: Warehouse;
  /** Closes the warehouse and opens it again. */
  reopen(): Promise<void>;
  /** Writes a file and gives the manifest of an extraction that found it. */
  staged(source: string, text: string, columns: string, options?: Partial<Manifest>): Manifest;
  load(request: LoadRequest): Promise<LoadOutcome>;
  rowsOf(sql: string): Promise<readonly (readonly Json[])[]>;
}

/** Must be called inside `describe`: it opens and closes around every test there. */
export function warehouseScene(open: (folder: string) => Promise<Warehouse>): WarehouseScene {
  let folder: ReturnType<typeof temporaryFolder>;
  let warehouse: Warehouse;
  let files = 0;
  beforeEach(async () => {
    folder = temporaryFolder();
    warehouse = await open(folder.path);
  });
  afterEach(async () => {
    await warehouse[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return {
    get folder() {
      return folder.path;
    },
    get warehouse() {
      return warehouse;
    },
    reopen: async () => {
      await warehouse[Symbol.asyncDispose]();
      warehouse = await open(folder.path);
    },
    staged: (source, text, columns, options = {}) => {
      files += 1;
      writeFiles(folder.path, { [`staged/${files}`]: text });
      const { cursor = null, format = csv, rows = null } = options;
      const draft = { format, columns, cursor, rows };
      return manifestOf(source, [join(folder.path, `staged/${files}`)], draft);
    },
    load: async (request) => {
      const [outcome] = await warehouse.load([request], never());
      if (outcome === undefined) throw new Error("a load has an outcome");
      return outcome;
    },
    rowsOf: async (sql) => (await warehouse.query(sql, 1_000)).rows,
  };
}
