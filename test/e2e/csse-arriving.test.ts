import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ColumnFormat } from "../../src/core/schema/observed-schema.ts";
import { recordShapes } from "../../src/core/schema/record-shapes.ts";
import type { SchemaChange } from "../../src/core/schema/schema-change.ts";
import type { SchemaHistory } from "../../src/core/schema/schema-history.ts";
import type { Json, JsonObject } from "../../src/core/std/json.ts";
import { type FileScene, fileScene } from "../support/file-scene.ts";
import { repositoryFolder } from "../support/sluice-process.ts";

const data = join(repositoryFolder, "../shared/data");
const reports = join(data, "csse-covid19/daily_reports");
const rewrites = join(data, "csse-covid19/inplace_rewrites");
const wide = join(data, "csse-covid19/time_series_wide");
const events = join(data, "dlt-cases/pipeline/cases/github_events.json");

let scene: FileScene;
beforeEach(async () => {
  scene = await fileScene();
  mkdirSync(scene.pathOf("d"));
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A source that is looked at and then loaded by append, cycle after cycle, as a project would. */
function appendingSource(locator: JsonObject) {
  let cursor: Json = null;
  let memo: Json = null;
  let history: SchemaHistory | null = null;
  return {
    /** @returns the files that were staged, those corrected, and the changes that were seen */
    async cycle() {
      const probe = await scene.probe(locator, memo, cursor);
      expect(probe.presence).toEqual({ state: "present" });
      memo = JSON.parse(JSON.stringify(probe.memo));
      const known: number = history?.drifts.length ?? 0;
      history = recordShapes(history, "subject", probe.arriving, { at: 0, run: null });
      const draft = await scene.extract(locator, { strategy: "append", cursor });
      cursor = draft.cursor;
      const changes = (history?.drifts ?? []).slice(known).flatMap((drift) => drift.changes);
      return { draft, arriving: probe.arriving, changes: changes.map(changeText) };
    },
  };
}

function changeText(change: SchemaChange): string {
  if (change.kind === "renamed") return `renamed ${change.column} to ${change.to}`;
  if (change.kind === "nested") return `nested-${change.inner.kind} ${change.path}`;
  if (change.kind === "retyped") {
    return `retyped ${change.column} ${change.before} to ${change.after}`;
  }
  if (change.kind === "format") {
    return `format ${change.column} ${formatText(change.before)} to ${formatText(change.after)}`;
  }
  return `${change.kind} ${change.column}`;
}

function formatText({ isZeroPadded, timestamps }: ColumnFormat): string {
  return timestamps?.join("|") ?? (isZeroPadded === true ? "padded" : "not padded");
}

/** Every change in the 52 files, by the day that brought it. */
const drifts: Readonly<Record<string, readonly string[]>> = {
  "01-23-2020": ["format Last Update M/D/YYYY H:mm to M/D/YY H:mm"],
  "01-31-2020": ["format Last Update M/D/YY H:mm to M/D/YYYY H:mm"],
  "02-02-2020": ["format Last Update M/D/YYYY H:mm to YYYY-MM-DDTHH:mm:ss"],
  "03-01-2020": ["added Latitude", "added Longitude"],
  "03-22-2020": [
    "renamed Province/State to Province_State",
    "renamed Country/Region to Country_Region",
    "renamed Last Update to Last_Update",
    "renamed Latitude to Lat",
    "renamed Longitude to Long_",
    "format Last Update YYYY-MM-DDTHH:mm:ss to M/D/YY H:mm",
    "added FIPS",
    "added Admin2",
    "added Active",
    "added Combined_Key",
    "reordered Latitude",
    "reordered Longitude",
  ],
  "03-23-2020": [
    "retyped FIPS BIGINT to VARCHAR",
    "format FIPS not padded to padded",
    "format Last_Update M/D/YY H:mm to YYYY-MM-DD HH:mm:ss",
  ],
  "04-15-2020": ["format FIPS padded to not padded"],
  "05-29-2020": ["added Incidence_Rate", "added Case-Fatality_Ratio"],
};

test.skipIf(!existsSync(reports))(
  "every change of header and format in half a year of daily reports is seen on its day, and no other",
  async () => {
    const files = readdirSync(reports).filter((name) => name.endsWith(".csv"));
    const source = appendingSource({ path: "d/*.csv", file_column: "file" });
    const seen: Record<string, readonly string[]> = {};
    const headers = new Map<string, string>();
    for (const name of files.sort()) {
      copyFileSync(join(reports, name), scene.pathOf(`d/${name}`));
      const { arriving, changes, draft } = await source.cycle();
      const day = name.replace(".csv", "");
      expect(draft.files.map((file) => file.name)).toEqual([`d/${name}`]);
      expect(arriving.map(({ origin }) => origin)).toEqual([`d/${name}`]);
      headers.set(day, arriving[0]?.columns.map((column) => column.name).join("|") ?? "");
      if (changes.length > 0) seen[day] = changes;
    }
    expect(files).toHaveLength(52);
    expect(seen).toEqual(drifts);
    const published = readFileSync(join(data, "csse-covid19/header_runs.csv"), "utf8");
    for (const line of published.trim().split(/\r?\n/).slice(1)) {
      const [from = "", , , , header] = line.split(",");
      const [year, month, dayOfMonth] = from.split("-");
      const found = headers.get(`${month}-${dayOfMonth}-${year}`);
      if (found !== undefined) expect(found).toBe(`${header}|file`);
    }
    const all = await scene.probe({ path: "d/*.csv" });
    expect(all.arriving.map(({ origin }) => origin)).toEqual([
      "d/01-22-2020.csv",
      "d/03-01-2020.csv",
      "d/03-22-2020.csv",
      "d/05-29-2020.csv",
    ]);
  },
);

test.skipIf(!existsSync(rewrites))(
  "a report that is rewritten in place comes as a correction of its own rows",
  async () => {
    const source = appendingSource({ path: "d/*.csv" });
    const versions = readdirSync(rewrites).filter((name) => name.endsWith(".csv"));
    const loaded = new Set<string>();
    for (const version of versions.sort()) {
      const name = `d/${version.replace(/\.v\d+/, "")}`;
      rmSync(scene.pathOf(name), { force: true });
      copyFileSync(join(rewrites, version), scene.pathOf(name));
      const { draft } = await source.cycle();
      expect(draft.files.map((file) => file.name)).toEqual([name]);
      expect(draft.replaces).toEqual(loaded.has(name) ? [name] : []);
      loaded.add(name);
    }
    expect(loaded.size).toBe(3);
    const { draft, arriving } = await source.cycle();
    expect([draft.files, draft.replaces, arriving]).toEqual([[], [], []]);
  },
);

test.skipIf(!existsSync(wide))(
  "a pivot table that gains a column a day gains columns, and nothing else is told of it",
  async () => {
    const source = appendingSource({ path: "d/series.csv" });
    const kinds: (readonly string[])[] = [];
    for (const version of readdirSync(wide).sort()) {
      if (!version.endsWith(".csv")) continue;
      rmSync(scene.pathOf("d/series.csv"), { force: true });
      copyFileSync(join(wide, version), scene.pathOf("d/series.csv"));
      kinds.push(kindsOf((await source.cycle()).changes));
    }
    const [first, renamed, ...rest] = kinds;
    expect(first).toEqual([]);
    // On one day all columns of dates got other names: 1/22/2020 became 1/22/20.
    expect(renamed).toContain("added");
    expect(rest).toEqual([["added"], ["added"]]);
  },
);

/** The kinds of changes in words. */
function kindsOf(changes: readonly string[]): readonly string[] {
  return [...new Set(changes.map((text) => text.split(" ", 1)[0] ?? ""))].sort();
}

test.skipIf(!existsSync(events))(
  "events of varying payload, one by one, add what they show and contradict nothing",
  async () => {
    const rows: unknown = JSON.parse(readFileSync(events, "utf8"));
    const list = Array.isArray(rows) ? rows : [];
    expect(list.length).toBeGreaterThan(20);
    const source = appendingSource({ path: "d/*.ndjson" });
    const changes: string[] = [];
    for (const [index, row] of list.slice(0, 40).entries()) {
      scene.write(`d/${String(index).padStart(3, "0")}.ndjson`, `${JSON.stringify(row)}\n`);
      changes.push(...(await source.cycle()).changes);
    }
    expect(kindsOf(changes)).toEqual(["added", "nested-added"]);
  },
);
