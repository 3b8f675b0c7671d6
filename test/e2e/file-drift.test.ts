import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileConnector } from "../../src/connectors/file/file-connector.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import { folderStaging } from "../../src/stagings/folder/folder-staging.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { never, sourceOf } from "../contract/connector-contract.ts";
import { loadOf } from "../contract/warehouse-requests.ts";
import { type FileScene, fileScene } from "../support/file-scene.ts";
import { repositoryFolder } from "../support/sluice-process.ts";

const reports = join(repositoryFolder, "../shared/data/csse-covid19/daily_reports");
const isThere = existsSync(reports);

let scene: FileScene;
beforeEach(async () => {
  scene = await fileScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

describe("half a year of daily reports whose columns, line ends and marks change", () => {
  test.skipIf(!isThere)(
    "arrive day by day in one table, with every row and every padded code",
    async () => {
      const days = readdirSync(reports).filter((name) => name.endsWith(".csv"));
      mkdirSync(scene.pathOf("d"));
      await using warehouse = await openDuckdbWarehouse({
        path: join(scene.folder, "w.duckdb"),
        memoryLimit: "512MB",
      });
      const staging = folderStaging(join(scene.folder, "staging"));
      const locator = { path: "d/*.csv", types: { fips: "VARCHAR" } };
      const source = sourceOf(fileConnector, locator, { strategy: "append" });
      let rows = 0;
      for (const half of [days.slice(0, 12), days.slice(12)]) {
        for (const day of half) copyFileSync(join(reports, day), scene.pathOf(`d/${day}`));
        const probe = await scene.probe(locator);
        expect(probe).toMatchObject({ presence: { state: "present" }, isExact: true });
        const cursorBefore = await warehouse.cursor("subject");
        const manifest = await staging.stage("subject", hashOf(half), (folder) =>
          scene.session.extract({ source, folder, cursor: cursorBefore }, never),
        );
        expect(manifest.files.length).toBe(half.length);
        const [outcome] = await warehouse.load(
          [loadOf(manifest, { strategy: "append", cursorBefore })],
          never,
        );
        rows += outcome?.rowsInserted ?? 0;
        expect(outcome?.rowsQuarantined).toBe(0);
        expect(rows).toBe(probe.rows);
      }
      const { rows: padded } = await warehouse.query(
        "SELECT count(*) > 0 FROM raw.subject WHERE fips LIKE '0%'",
        1,
      );
      expect(padded).toEqual([[true]]);
    },
  );
});
