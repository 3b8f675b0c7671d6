/**
 * A process that loads and builds, step after step, until it is killed or reaches a step:
 * `node warehouse-writer.mjs <folder> <data folder> <last step>`. It begins at the step that the
 * warehouse's own cursor names, and does that step again, as a runner does that resumes.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashOf } from "../../dist/core/std/hash.js";
import { openDuckdbWarehouse } from "../../dist/warehouses/duckdb/open-duckdb-warehouse.js";

const [folder, data, last] = process.argv.slice(2);
const signal = new AbortController().signal;
const warehouse = await openDuckdbWarehouse({
  path: join(folder, "warehouse.duckdb"),
  readableFolders: [data],
});
const released = {
  source: "appended",
  target: { schema: "raw", name: "appended" },
  strategy: "append",
  key: [],
  gates: [],
  by: "someone",
};
tell("open");
for (let step = Math.max(1, await warehouse.cursor("appended")); step <= Number(last); step += 1) {
  const appended = { strategy: "append", cursorBefore: step === 1 ? null : step - 1 };
  await warehouse.load([csvLoad("appended", step, { ...appended, cursor: step })], signal);
  tell("appended");
  const pair = [
    csvLoad("replaced", step, { strategy: "replace" }),
    csvLoad("merged", step, { strategy: "merge", key: ["id"] }),
  ];
  const build = warehouse.transform(model(step), signal);
  await Promise.all([build, warehouse.load(pair, signal)]);
  tell("replaced, merged and built");
  await warehouse.load([changingLoad(step)], signal);
  tell("rebuilt");
  if (step % 2 === 0) {
    await warehouse.release({ ...released, at: step, epoch: 1 }, signal);
    tell("released");
  }
  if (step % 3 === 0) {
    await warehouse.load([parquetLoad(step)], signal);
    tell("split");
    await warehouse.checkpoint();
  }
}
await warehouse[Symbol.asyncDispose]();

function tell(what) {
  process.stdout.write(`${what}\n`);
}

/** Every third row has a bad value, and a gate sets aside one in seven. */
function csvLoad(source, step, options) {
  const path = join(data, `${source}-${step}.csv`);
  const rows = Array.from({ length: 300 }, (_, row) => {
    const id = (step * 37 + row * 11) % 500;
    return `${id},${row % 3 === 1 && row < 30 ? "bad" : step + row},text ${row % 7}`;
  });
  writeFileSync(`${path}.${process.pid}`, `id,n,v\n${rows.join("\n")}\n`);
  renameSync(`${path}.${process.pid}`, path);
  const gate = { kind: "accepted_values", column: "v", values: [1, 2, 3, 4, 5, 6].map(text) };
  return request(source, step, {
    ...options,
    path,
    format: {
      type: "csv",
      delimiter: ",",
      quote: '"',
      hasHeader: true,
      nullText: "",
      isQuotedNull: true,
      encoding: "utf-8",
    },
    columns: "id BIGINT,n BIGINT,v VARCHAR",
    gates: [{ name: "known", check: gate, onFail: "quarantine", by: null }],
  });
}

/** Each step's rows have a field that none had before, and every second file corrects the one before. */
function changingLoad(step) {
  const path = join(data, `changing-${step}.json`);
  const rows = Array.from({ length: 50 }, (_, row) => {
    const id = step % 2 === 0 ? row : row + 0.5;
    return JSON.stringify({ id, o: { a: row, [`f${step}`]: `x${row}` } });
  });
  writeFileSync(`${path}.${process.pid}`, `${rows.join("\n")}\n`);
  renameSync(`${path}.${process.pid}`, path);
  return request("changing", step, {
    strategy: "append",
    path,
    name: `file-${step}`,
    replaces: step % 2 === 0 ? [`file-${step - 1}`] : [],
    format: { type: "ndjson" },
    columns: `id ${step % 2 === 0 ? "BIGINT" : "DOUBLE"},o STRUCT(a BIGINT, f${step} VARCHAR)`,
    gates: [],
  });
}

function text(number) {
  return `text ${number}`;
}

function parquetLoad(step) {
  return request("split", step, {
    strategy: step % 2 === 0 ? "replace" : "append",
    path: join(data, "rows.parquet"),
    format: { type: "parquet" },
    columns: "id BIGINT,v VARCHAR",
    gates: [],
    partRows: 40_000,
    fingerprint: hashOf(["split", step]),
  });
}

function request(source, step, options) {
  const {
    path,
    format,
    columns,
    cursor = null,
    gates,
    name = null,
    replaces = [],
    ...rest
  } = options;
  const bytes = readFileSync(path);
  const manifest = {
    source,
    extraction: hashOf([source, step]),
    format,
    compression: "none",
    files: [
      {
        path,
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        rows: null,
        isOwned: false,
        stamp: null,
        name,
      },
    ],
    columns: columns.split(/,(?! )/).map((column) => {
      const [name, ...type] = column.split(" ");
      return { name, type: type.join(" "), nullable: true };
    }),
    scope: "full",
    rows: null,
    cursor,
    replaces,
    fileColumn: null,
  };
  const id = hashOf(manifest);
  return {
    source,
    target: { schema: "raw", name: source },
    key: [],
    manifest: { ...manifest, id },
    cursorBefore: null,
    fingerprint: id,
    gates,
    partRows: null,
    loading: { partitionBy: [], deletes: null, lookBack: null, eventTime: null },
    keepVersions: 0,
    provenance: provenance(`${source}.load`, step),
    ...rest,
  };
}

function model(step) {
  const sql = `SELECT count(*) AS n, ${step} AS step FROM raw.appended`;
  return {
    model: "counted",
    target: { schema: "main", name: "counted" },
    materialize: step % 2 === 0 ? "view" : "table",
    sql,
    fingerprint: hashOf(sql),
    gates: [],
    emptyInputs: [],
    adapters: [],
    keepVersions: 0,
    provenance: provenance("counted.transform", step),
  };
}

function provenance(task, step) {
  return {
    run: `run-${step}`,
    task,
    blueprint: hashOf("b"),
    decision: hashOf("d"),
    at: step,
    epoch: 1,
  };
}
