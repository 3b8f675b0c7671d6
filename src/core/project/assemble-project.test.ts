import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { hashOf, hashText } from "../std/hash.ts";
import { assembleProject } from "./assemble-project.ts";
import { parseProjectFiles } from "./parse-project-files.ts";
import type { ProjectFile } from "./project-file.ts";
import type { SqlAnalysis } from "./sql-analysis.ts";

const connectors = new Map([
  [
    "folder",
    {
      connection: z.strictObject({ root: z.string().default(".") }),
      locator: z.strictObject({
        path: z.string(),
        csv: z.strictObject({ header: z.boolean().default(true) }).prefault({}),
      }),
      pattern: z.strictObject({ path: z.string() }),
    },
  ],
]);

/** What a test's SQL reads: every `schema.name` after FROM or JOIN. */
function analyze(sql: string): SqlAnalysis {
  const reads = [...sql.matchAll(/(?:from|join) (?:(\w+)\.)?(\w+)/g)].map(
    ([, schema = "", name = ""]) => ({ schema, name }),
  );
  return { ok: true, code: hashText(sql), parts: null, reads };
}

function assemble(files: readonly ProjectFile[]) {
  const draft = parseProjectFiles(files, connectors);
  const analyses = new Map(draft.models.map(({ source, sql }) => [source.file, analyze(sql)]));
  return assembleProject(draft, analyses);
}

const documents: Readonly<Record<string, unknown>> = {
  "sluice.yaml": {
    project: "shop",
    warehouse: { path: "shop.duckdb" },
    paths: { allow: ["../landing", "../archive"] },
    defaults: { tier: 3, owner: "data", retry: { attempts: 5, backoff: "2s" }, on_bypass: "hold" },
    pools: { warehouse: 1, slow: 1 },
    template: "careful",
    schedule: { cron: "0 6 * * *", zone: "Europe/Berlin" },
    limits: { memory: "1.5GiB", threads: 2 },
    retention: { runs: "30d" },
  },
  "templates/careful.yaml": {
    template: "careful",
    timeout: "2h",
    pool_of: { load: "slow", extract: "slow" },
    pools: { slow: 9 },
  },
  "connections/files.yaml": {
    connection: "files",
    type: "folder",
    options: { root: "../landing" },
    defaults: { tags: ["landing"], strategy: "append", checks: [{ not_null: "id" }] },
    sources: [
      {
        name: "orders",
        path: "orders.csv",
        tier: 0,
        key: "id",
        cadence: "1d",
        tags: ["money"],
        schedule: { cron: "@hourly" },
      },
      {
        name: "customers",
        path: "customers.csv",
        strategy: "merge",
        key: ["id"],
        checks: [
          { not_null: "id", on_fail: "quarantine" },
          { relationships: { column: "last_order", to: "orders", field: "id" } },
        ],
      },
    ],
    discover: [{ path: "region_*.csv", demand: "when_used" }],
  },
};

const models: Readonly<Record<string, string>> = {
  "models/staging/stg_orders.sql":
    "-- note\n/* sluice\nschema: staging\n*/\nselect * from raw.orders;\n",
  "models/report.sql":
    "/* sluice { tier: 0, sla: 2h, schedule: { cron: 0 7 * * * }, on_bypass: { customers: last_good }, materialize: table } */\n" +
    "select * from staging.stg_orders join raw.customers using (id) join raw.region_north using (id)",
};

function filesOf(values: Readonly<Record<string, unknown>>): ProjectFile[] {
  const yaml = Object.entries(values).map(([path, value]) => ({ path, text: stringify(value) }));
  return [...yaml, ...Object.entries(models).map(([path, text]) => ({ path, text }))];
}

describe("a project is assembled from its files", () => {
  const { project, problems, places } = assemble(filesOf(documents));

  test("without problems", () => {
    expect(problems).toEqual([]);
  });

  test("a source's attributes stand over its connection's, and those over the project's", () => {
    const [customers, orders] = project?.sources ?? [];
    expect(orders).toMatchObject({
      name: "orders",
      connection: "files",
      origin: "declared",
      strategy: "append",
      key: ["id"],
      tier: 0,
      owner: "data",
      tags: ["landing", "money"],
      cadenceMs: 86_400_000,
      demand: "always",
      locator: { path: "orders.csv", csv: { header: true } },
    });
    expect(customers).toMatchObject({ strategy: "merge", tier: 3 });
    expect(customers?.gates).toEqual([
      {
        name: "not_null_id",
        check: { kind: "not_null", column: "id" },
        onFail: "quarantine",
        by: null,
      },
      {
        name: "relationships_last_order",
        check: { kind: "relationships", column: "last_order", to: "raw.orders", field: "id" },
        onFail: "fail",
        by: null,
      },
    ]);
    expect(project?.discover).toMatchObject([
      { connection: "files", pattern: { path: "region_*.csv" }, defaults: { demand: "when_used" } },
    ]);
  });

  test("a model's inputs carry the policy of their edge", () => {
    expect(project?.models).toMatchObject([
      {
        name: "report",
        target: { schema: "main", name: "report" },
        materialize: "table",
        slaMs: 7_200_000,
        inputs: [
          { subject: "customers", onBypass: "last_good" },
          { subject: "region_north", onBypass: "hold" },
          { subject: "stg_orders", onBypass: "hold" },
        ],
      },
      {
        name: "stg_orders",
        target: { schema: "staging", name: "stg_orders" },
        materialize: "view",
      },
    ]);
    expect(project?.models[1]?.sql).toBe("select * from raw.orders");
    expect(project?.expectedSources).toEqual(["region_north"]);
    expect(project?.connections[0]).toMatchObject({ watchMs: 60_000 });
    expect(project?.timetables).toEqual([
      { subject: null, timetable: { cron: "0 6 * * *", zone: "Europe/Berlin" } },
      { subject: "orders", timetable: { cron: "@hourly", zone: "UTC" } },
      { subject: "report", timetable: { cron: "0 7 * * *", zone: "UTC" } },
    ]);
  });

  test("sluice.yaml stands over the template, and that over the built-in one", () => {
    expect(project?.template).toEqual({
      name: "careful",
      defaults: {
        retry: { attempts: 5, backoffMs: 2_000, backoffMsMax: 60_000 },
        timeoutMs: 7_200_000,
        onBypass: "hold",
      },
      pools: { extract: 4, warehouse: 1, slow: 1 },
      poolOf: {
        extract: "slow",
        load: "slow",
        verify: "warehouse",
        transform: "warehouse",
        check: "warehouse",
      },
    });
    expect(project?.settings).toEqual({
      warehouse: { type: "duckdb", path: "shop.duckdb" },
      catalogPath: ".sluice/catalog.db",
      stagingPath: ".sluice/staging",
      allowedFolders: ["../archive", "../landing"],
      serve: { host: "127.0.0.1", port: 7_480, token: null },
      limits: { memoryBytes: 1_610_612_736, threads: 2 },
      retention: { runsMs: 2_592_000_000, runsKept: 20, stagingMs: 604_800_000, versions: 10 },
    });
  });

  test("every declaration has a place", () => {
    expect([...places.keys()].sort()).toEqual([
      "connection:files",
      "model:report",
      "model:stg_orders",
      "source:customers",
      "source:orders",
    ]);
  });
});

/** The same value with the keys of all its mappings in an order drawn from `seed`. */
function shuffled(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, next));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, item]) => [next(), key, shuffled(item, next)] as const,
  );
  entries.sort(([left], [right]) => left - right);
  return Object.fromEntries(entries.map(([, key, item]) => [key, item]));
}

test("any order of keys, files and sources gives the same project and the same hash", () => {
  const expected = assemble(filesOf(documents)).project;
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 80, maxLength: 80 }), (draws) => {
      let at = 0;
      const next = () => draws[at++ % draws.length] ?? 0;
      const connection = documents["connections/files.yaml"];
      const sources: unknown = Reflect.get(Object(connection), "sources");
      const reordered = Array.isArray(sources) && next() % 2 === 0 ? sources.toReversed() : sources;
      const values = {
        ...documents,
        "connections/files.yaml": { ...Object(connection), sources: reordered },
      };
      const files = Object.values(values).map((value) => shuffled(value, next));
      const named = Object.fromEntries(
        Object.keys(values).map((path, index) => [path, files[index]]),
      );
      const order = filesOf(named)
        .map((file) => [next(), file] as const)
        .sort(([left], [right]) => left - right)
        .map(([, file]) => file);
      const { project } = assemble(order);
      expect(project).toEqual(expected);
      expect(hashOf(project)).toBe(hashOf(expected));
    }),
    { numRuns: 40 },
  );
});

test("whatever the files hold, checking does not throw", () => {
  const path = fc.constantFrom(
    ...Object.keys(documents),
    ...Object.keys(models),
    "connections/b.yaml",
    "models/x y.sql",
    "README.md",
  );
  const whole = filesOf(documents)
    .map(({ text }) => text)
    .join("\n");
  const damaged = fc
    .tuple(fc.nat(whole.length), fc.nat(400), fc.string({ unit: "binary", maxLength: 5 }))
    .map(
      ([at, length, text]) =>
        whole.slice(at, at + length) + text + whole.slice(at + length + 3, at + length + 200),
    );
  const text = fc.oneof(fc.string({ unit: "binary" }), damaged);
  fc.assert(
    fc.property(fc.dictionary(path, text, { maxKeys: 6 }), (given) => {
      const kept = filesOf(documents).filter((file) => !(file.path in given));
      const added = Object.entries(given).map(([name, content]) => ({ path: name, text: content }));
      const { project, problems } = assemble([...kept, ...added]);
      expect(project === null).toBe(problems.some(({ severity }) => severity === "error"));
    }),
    { numRuns: 150 },
  );
});

test("a chain of five thousand models is no cycle, and closing it makes one", () => {
  const chain = Array.from({ length: 5_000 }, (_, at) => ({
    path: `models/m${at}.sql`,
    text: at === 0 ? "select 1" : `select * from m${at - 1}`,
  }));
  const settings = { path: "sluice.yaml", text: "project: chain" };
  expect(assemble([settings, ...chain]).problems).toEqual([]);
  chain[0] = { path: "models/m0.sql", text: "select * from m4999" };
  expect(assemble([settings, ...chain]).problems.map(({ code }) => code)).toEqual(["cycle"]);
});
