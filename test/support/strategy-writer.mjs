/**
 * A process that loads by partition and history, lets rows go, undoes what it did and does it again,
 * step after step, until it is killed or reaches a step:
 * `node strategy-writer.mjs <folder> <data folder> <last step>`. It begins at the step that the
 * warehouse knows of, and asks for all of it again, as a runner does that resumes.
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
const plain = { partitionBy: [], deletes: null, lookBack: null, eventTime: null };

tell("open");
for (let step = Math.max(1, await warehouse.cursor("progress")); step <= Number(last); step += 1) {
  const before = step === 1 ? null : step - 1;
  const progress = {
    ...{ rows: [[step]], columns: "step BIGINT", strategy: "append" },
    ...{ cursor: step, cursorBefore: before, keepVersions: 0 },
  };
  await warehouse.load([request("progress", step, progress)], signal);
  tell("begun");
  const loads = loadsOf(step);
  const isUndone = await undoneAt(step);
  const fresh = loads.filter(({ source }) => !isUndone(`raw.${source}`));
  if (fresh.length > 0) await warehouse.load(fresh, signal);
  tell("loaded");
  if (!isUndone("main.counted")) await warehouse.transform(model(step), signal);
  tell("built");
  if (step % 3 !== 0) continue;
  for (const done of [...loads, model(step)]) {
    const name = `${done.target.schema}.${done.target.name}`;
    if (isUndone(name)) continue;
    await warehouse.undo(undoOf(done, step), signal);
    tell("undone");
  }
  await warehouse.load(loads, signal);
  await warehouse.transform(model(step), signal);
  tell("done again");
  await warehouse.checkpoint();
}
await warehouse[Symbol.asyncDispose]();

function tell(what) {
  process.stdout.write(`${what}\n`);
}

/** What of this step was undone already: a runner's journal would know. */
async function undoneAt(step) {
  const outputs = await warehouse.outputs();
  return (name) => outputs.get(name)?.condemned === hashOf([name, step]);
}

function undoOf({ target, fingerprint, provenance }, step) {
  const verdict = hashOf([`${target.schema}.${target.name}`, step]);
  return { target, fingerprint, verdict, reason: "to try it", provenance };
}

/** Values never repeat, so that the truth can be told from the files alone. */
function loadsOf(step) {
  const isFull = step % 5 === 1;
  const partitions = isFull ? [0, 1, 2, 3] : [step % 4, (step * 3) % 7];
  const days = [...new Set(partitions)].flatMap((day) =>
    Array.from({ length: 40 }, (_, row) => [day, row, `${step}-${row}`]),
  );
  const prices = Array.from({ length: 50 }, (_, row) => {
    const hours = (step * 13 + row * 29) % 97;
    const at = new Date(Date.UTC(2024, 0, 1, hours)).toISOString();
    return [(step * 7 + row * 3) % 60, `${step}-${row}`, at.slice(0, 19)];
  });
  const stock = Array.from({ length: 100 }, (_, id) => [id, `${(step + id) % 4}`]).filter(
    ([id]) => (id * 7 + step) % 5 !== 0,
  );
  const people = Array.from({ length: 30 }, (_, row) => {
    const id = (step * 11 + row) % 80;
    return [id, `${step}-${id}`, (id + step) % 6 === 0];
  });
  const read = isFull ? "full" : "increment";
  return [
    request("days", step, {
      rows: days,
      columns: "day BIGINT,id BIGINT,v VARCHAR",
      strategy: "partition",
      loading: { ...plain, partitionBy: ["day"] },
      scope: read,
    }),
    request("prices", step, {
      rows: prices,
      columns: "id BIGINT,v VARCHAR,since TIMESTAMP",
      strategy: "history",
      loading: { ...plain, eventTime: "since" },
      scope: "increment",
    }),
    request("stock", step, {
      rows: stock,
      columns: "id BIGINT,v VARCHAR",
      strategy: "merge",
      loading: { ...plain, deletes: { by: "comparison", maxShare: 1 } },
    }),
    request("people", step, {
      rows: people,
      columns: "id BIGINT,v VARCHAR,gone BOOLEAN",
      strategy: "history",
      loading: { ...plain, deletes: { by: "column", column: "gone", value: null } },
      scope: "increment",
    }),
  ];
}

function request(source, step, options) {
  const { rows, columns, scope = "full", cursor = null, ...rest } = options;
  const path = join(data, `${source}-${step}.csv`);
  const names = columns.split(",").map((column) => column.split(" ")[0]);
  writeFileSync(`${path}.${process.pid}`, `${[names, ...rows].join("\n")}\n`);
  renameSync(`${path}.${process.pid}`, path);
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const manifest = {
    source,
    extraction: hashOf([source, step]),
    format: {
      type: "csv",
      delimiter: ",",
      quote: '"',
      hasHeader: true,
      nullText: "",
      isQuotedNull: true,
      encoding: "utf-8",
    },
    compression: "none",
    files: [
      { path, bytes: bytes.length, sha256, rows: null, isOwned: false, stamp: null, name: null },
    ],
    columns: columns.split(",").map((column) => {
      const [name, type] = column.split(" ");
      return { name, type, nullable: true };
    }),
    scope,
    rows: null,
    cursor,
    replaces: [],
    fileColumn: null,
  };
  const id = hashOf(manifest);
  return {
    source,
    target: { schema: "raw", name: source },
    key: source === "days" || source === "progress" ? [] : ["id"],
    loading: plain,
    manifest: { ...manifest, id },
    cursorBefore: null,
    fingerprint: id,
    gates: [],
    partRows: null,
    keepVersions: 2,
    provenance: provenance(`${source}.load`, step),
    ...rest,
  };
}

function model(step) {
  const sql = `SELECT count(*) AS n, ${step} AS step FROM raw.days`;
  return {
    model: "counted",
    target: { schema: "main", name: "counted" },
    materialize: step % 2 === 0 ? "view" : "table",
    sql,
    fingerprint: hashOf(sql),
    gates: [],
    emptyInputs: [],
    adapters: [],
    keepVersions: 1,
    provenance: provenance("counted.transform", step),
  };
}

function provenance(task, step) {
  const of = { run: `run-${step}`, task, blueprint: hashOf("b"), decision: hashOf("d") };
  return { ...of, at: step * 1_000, epoch: 1 };
}
