import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainLoading } from "../../src/core/project/load-options.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { LoadRequest, Warehouse } from "../../src/ports/warehouse.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { csv, gateOf, loadOf, manifestOf, never } from "../contract/warehouse-requests.ts";
import {
  historyModel,
  type LoadModel,
  mergeModel,
  partitionModel,
  type Read,
} from "../support/load-models.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let warehouse: Warehouse;
let folder: ReturnType<typeof temporaryFolder>;
let files = 0;
beforeAll(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "staged"));
  warehouse = await openDuckdbWarehouse({ path: ":memory:", threads: 2, memoryLimit: "512MB" });
});
afterAll(async () => {
  await warehouse[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const hourMs = 3_600_000;
const runs = Number(process.env["SLUICE_RUNS"] ?? 8);
const seed = Number(process.env["SLUICE_SEED"] ?? 20_263);
const provenance = { run: "r", task: "t", blueprint: "b", decision: "d", epoch: 1 };
const small = { minLength: 0, maxLength: 8 };
const row = fc.record({
  id: fc.nat(4),
  part: fc.nat(2),
  v: fc.constantFrom("a", "b", "c"),
  hour: fc.nat(12),
  isGone: fc.boolean(),
});

/** What may happen to a table. `broken` is a load that a gate ends at its last step. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("load", "load", "load", "broken"),
      rows: fc.array(row, small),
      isWhole: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "repeat" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "undo" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "redo" as const }) },
);

interface Case<State> {
  readonly model: LoadModel<State>;
  readonly options: Partial<LoadRequest>;
  readonly shown: string;
}

const hours = (name: string) => `coalesce(CAST(epoch_ms(${name}) // ${hourMs} AS VARCHAR), 'null')`;
const versions = `concat_ws(' ', id, v || part, ${hours("_valid_from")}, ${hours("_valid_to")})`;
const marks = { by: "column", column: "gone", value: true } as const;

function check<State>(name: string, { model, options, shown }: Case<State>): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 6 }), async (happenings) => {
        files += 1;
        const source = `s${files}`;
        const isTimed = (options.loading?.eventTime ?? null) !== null;
        const request = (read: Read, more: Partial<LoadRequest> = {}) =>
          loadOf(stage(source, read, isTimed), {
            ...{ ...options, keepVersions: 3, fingerprint: hashOf(files), ...more },
            provenance: { ...provenance, at: read.at * hourMs },
          });
        const table = async () => {
          const outputs = await warehouse.outputs();
          if (outputs.get(`raw.${source}`)?.exists !== true) return [];
          const { rows } = await warehouse.query(`SELECT ${shown} FROM raw.${source}`, 1_000);
          return rows.map(([text]) => String(text)).sort();
        };
        /** The states that an undo can go back to, with the load that led away from each. */
        const past: { readonly state: State; readonly load: LoadRequest }[] = [];
        let state = model.empty;
        let undone: { readonly state: State; readonly load: LoadRequest } | null = null;
        for (const [at, one] of happenings.entries()) {
          if (one.do === "load" || one.do === "broken") {
            const read: Read = {
              rows: one.rows,
              isWhole: one.isWhole || past.length === 0,
              at: at + 20,
            };
            files += 1;
            if (one.do === "broken") {
              const gates = [gateOf("never", { kind: "row_count", min: 1_000, max: null })];
              await expect(warehouse.load([request(read, { gates })], never())).rejects.toThrow();
            } else {
              const load = request(read);
              await warehouse.load([load], never());
              past.push({ state, load });
              state = model.load(state, read);
              undone = null;
            }
          } else if (one.do === "repeat") {
            const last = past.at(-1);
            if (last === undefined) continue;
            expect(await warehouse.load([last.load], never())).toMatchObject([{ isRepeat: true }]);
          } else if (one.do === "undo") {
            const last = past.at(-1);
            if (last === undefined) continue;
            await warehouse.undo(undoOf(last.load, at), never());
            past.pop();
            undone = { state, load: last.load };
            state = last.state;
          } else if (undone !== null) {
            expect(await warehouse.load([undone.load], never())).toMatchObject([
              { isRepeat: false },
            ]);
            past.push({ state, load: undone.load });
            state = undone.state;
            undone = null;
          }
          expect(await table()).toEqual(model.rows(state));
        }
      }),
      { numRuns: runs, seed },
    );
  }, 300_000);
}

function undoOf({ target, fingerprint, provenance }: LoadRequest, at: number) {
  return { target, fingerprint, verdict: hashOf([fingerprint, at]), reason: "tried", provenance };
}

/** Only a history of times of its own has the time among its columns: elsewhere it would be a value. */
function stage(source: string, { rows, isWhole }: Read, isTimed: boolean) {
  const path = join(folder.path, `staged/${files}.csv`);
  const lines = rows.map(({ id, part, v, hour, isGone }) => {
    const since = new Date(hour * hourMs).toISOString().slice(0, 19);
    return [id, part, v, isGone, ...(isTimed ? [since] : [])].join(",");
  });
  writeFileSync(
    path,
    `id,part,v,gone${isTimed ? ",since" : ""}\n${lines.map((line) => `${line}\n`).join("")}`,
  );
  const columns = `id BIGINT, part BIGINT, v VARCHAR, gone BOOLEAN${isTimed ? ", since TIMESTAMP" : ""}`;
  return manifestOf(source, [path], {
    format: csv,
    columns,
    scope: isWhole ? "full" : "increment",
    cursor: null,
  });
}

describe("each strategy leaves what a table in memory holds, whatever is undone or fails", () => {
  check("partition", {
    model: partitionModel,
    options: {
      strategy: "partition",
      key: ["id"],
      loading: { ...plainLoading, partitionBy: ["part"] },
    },
    shown: "concat_ws(' ', part, id, v)",
  });
  check("merge with deletes by comparison", {
    model: mergeModel,
    options: {
      strategy: "merge",
      key: ["id"],
      loading: { ...plainLoading, deletes: { by: "comparison", maxShare: 1 } },
    },
    shown: "concat_ws(' ', id, v)",
  });
  check("history at the cycle's instant", {
    model: historyModel((_, { at }) => at),
    options: { strategy: "history", key: ["id"], loading: { ...plainLoading, deletes: marks } },
    shown: versions,
  });
  check("history at the rows' own times", {
    model: historyModel(({ hour }) => hour),
    options: {
      strategy: "history",
      key: ["id"],
      loading: { ...plainLoading, eventTime: "since", deletes: marks },
    },
    shown: versions,
  });
});
