import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { plainLoading } from "../src/core/project/load-options.ts";
import type { Column } from "../src/core/schema/table-schema.ts";
import { hashText } from "../src/core/std/hash.ts";
import type { ManifestDraft, StagedFormat } from "../src/ports/staging.ts";
import type { LoadRequest } from "../src/ports/warehouse.ts";
import { folderStaging } from "../src/stagings/folder/folder-staging.ts";
import { openDuckdbWarehouse } from "../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import type { BenchResult } from "./bench-result.ts";

const REPETITIONS = 7;
const CSV_ROWS = 1_000_000;
const RATIO_MAX = 1.3;

interface Case {
  readonly name: string;
  readonly path: string;
  readonly format: StagedFormat;
  readonly columns: string;
}

/**
 * Load: a file is hashed, staged by reference and loaded into a warehouse of its own, against
 * DuckDB's own `CREATE TABLE AS` of the same file into an attached database in the same process.
 */
export async function bench(): Promise<BenchResult[]> {
  using folder = temporaryFolder();
  const csvPath = join(folder.path, "orders.csv");
  await writeCsv(csvPath);
  const cases: readonly Case[] = [
    {
      name: "load: 3 M rows of Parquet",
      path: fileURLToPath(
        new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")),
      ),
      format: { type: "parquet" },
      columns: "date TIMESTAMP, delay BIGINT, distance BIGINT, origin VARCHAR, destination VARCHAR",
    },
    {
      name: "load: 1 M rows of CSV",
      path: csvPath,
      format: {
        type: "csv",
        delimiter: ",",
        quote: '"',
        hasHeader: true,
        nullText: "",
        isQuotedNull: true,
        encoding: "utf-8",
      },
      columns:
        "id BIGINT, customer VARCHAR, amount DOUBLE, day DATE, seen_at TIMESTAMP, quantity BIGINT, is_paid BOOLEAN, note VARCHAR",
    },
  ];
  const results: BenchResult[] = [];
  for (const one of cases) results.push(await compare(one, folder.path));
  return results;
}

async function compare(one: Case, folder: string): Promise<BenchResult> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  // The first repetition warms the page cache for both, and is not counted.
  for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
    const at = join(folder, `${one.format.type}-${repetition}`);
    const their = await loadTheirs(one, `${at}-theirs.duckdb`);
    const our = await loadOurs(one, at);
    if (repetition === 0) continue;
    ours.push(our);
    theirs.push(their);
    ratios.push(our / their);
  }
  const ratio = median(ratios);
  return {
    name: one.name,
    ours: median(ours),
    theirs: median(theirs),
    ratio,
    unit: "ms",
    target: `at most ${RATIO_MAX} × CREATE TABLE AS of the same file`,
    isMet: ratio <= RATIO_MAX,
  };
}

async function loadTheirs(one: Case, path: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS theirs`);
  const start = performance.now();
  await connection.run(`CREATE TABLE theirs.loaded AS SELECT * FROM '${one.path}'`);
  const spent = performance.now() - start;
  connection.closeSync();
  instance.closeSync();
  return spent;
}

async function loadOurs(one: Case, path: string): Promise<number> {
  await using warehouse = await openDuckdbWarehouse({ path: `${path}-ours.duckdb` });
  const staging = folderStaging(`${path}-staging`);
  const start = performance.now();
  const manifest = await staging.stage("loaded", hashText(one.path), () => extract(one));
  const request: LoadRequest = {
    source: "loaded",
    target: { schema: "raw", name: "loaded" },
    strategy: "replace",
    key: [],
    loading: plainLoading,
    manifest,
    cursorBefore: null,
    fingerprint: manifest.id,
    gates: [],
    partRows: null,
    keepVersions: 0,
    provenance: {
      run: "bench",
      task: "loaded.load",
      blueprint: hashText("blueprint"),
      decision: hashText("decision"),
      at: 0,
      epoch: 1,
    },
  };
  await warehouse.load([request], new AbortController().signal);
  return performance.now() - start;
}

async function extract({ path, format, columns }: Case): Promise<ManifestDraft> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const { size } = await stat(path);
  return {
    format,
    compression: "none",
    files: [
      {
        path,
        bytes: size,
        sha256: hash.digest("hex"),
        rows: null,
        isOwned: false,
        stamp: null,
        name: null,
      },
    ],
    columns: columns.split(", ").map(columnOf),
    scope: "full",
    rows: null,
    cursor: null,
    replaces: [],
    fileColumn: null,
  };
}

function columnOf(text: string): Column {
  const [name = "", type = ""] = text.split(" ");
  return { name, type, nullable: true };
}

/** Orders of a shop: whole numbers, texts with and without quotes, amounts, days, instants, flags. */
async function writeCsv(path: string): Promise<void> {
  await pipeline(csvLines(), createWriteStream(path));
}

function* csvLines(): Generator<string> {
  yield "id,customer,amount,day,seen_at,quantity,is_paid,note\n";
  let chunk = "";
  let state = 1;
  for (let id = 0; id < CSV_ROWS; id += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const day = `20${10 + (id % 15)}-0${1 + (id % 9)}-1${id % 9}`;
    const time = `1${id % 10}:${10 + (id % 50)}:${10 + (id % 45)}`;
    chunk += `${id},customer ${state % 50_000},${(state % 100_000) / 100},${day},${day} ${time},${state % 100},${state % 2 === 0},"note ${id % 1_000}, quoted"\n`;
    if (chunk.length < 1 << 20) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
