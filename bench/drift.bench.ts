import type { ObservedColumn, ObservedSchema } from "../src/core/schema/observed-schema.ts";
import { openDrift } from "../src/core/schema/open-drift.ts";
import { recordShapes } from "../src/core/schema/record-shapes.ts";
import type { SchemaHistory } from "../src/core/schema/schema-history.ts";
import { hashOf } from "../src/core/std/hash.ts";
import type { BenchResult } from "./bench-result.ts";

const SOURCES = 10_000;
const REPETITIONS = 9;

const types = [
  "BIGINT",
  "VARCHAR",
  "DOUBLE",
  "TIMESTAMP",
  "DECIMAL(18,2)",
  "STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE, lon DOUBLE))",
  "VARCHAR[]",
] as const;

/**
 * Looking for drift in 10,000 sources of which none changed, against hashing the same schemas. The
 * shapes are fresh objects, as a harvest gives them. Half of the sources are declared, half inferred.
 */
export async function bench(): Promise<readonly BenchResult[]> {
  const histories = shapes().map((shape, at) => recorded(null, shape, at));
  const times = { ours: [] as number[], theirs: [] as number[], ratios: [] as number[] };
  for (let repetition = -2; repetition < REPETITIONS; repetition += 1) {
    const arriving = shapes();
    const ours = elapsed(() => detect(histories, arriving));
    const theirs = elapsed(() => {
      for (const shape of arriving) hashOf(shape);
    });
    // The first rounds warm both up.
    if (repetition < 0) continue;
    times.ours.push(ours);
    times.theirs.push(theirs);
    times.ratios.push(ours / theirs);
  }
  const ratio = median(times.ratios);
  return [
    {
      name: `drift: ${SOURCES} sources of 20 columns, none changed`,
      ours: median(times.ours),
      theirs: median(times.theirs),
      ratio,
      unit: "ms",
      target: "at most 3 × hashing the same schemas",
      isMet: ratio <= 3,
    },
  ];
}

function detect(histories: readonly SchemaHistory[], arriving: readonly ObservedSchema[]): void {
  arriving.forEach((shape, at) => {
    const before = histories[at];
    if (before === undefined) throw new Error("A source has no history");
    const after = recorded(before, shape, at);
    const first = after.versions[0]?.version.id ?? "";
    if (after !== before || openDrift(after, first).length > 0) {
      throw new Error(`Source ${at} drifted, and should not have`);
    }
  });
}

function recorded(before: SchemaHistory | null, shape: ObservedSchema, at: number): SchemaHistory {
  const history = recordShapes(before, `source_${at}`, [shape], { at: 0, run: null });
  if (history === null) throw new Error("A shape makes a history");
  return history;
}

function shapes(): readonly ObservedSchema[] {
  return Array.from({ length: SOURCES }, (_, source) => ({
    columns: Array.from({ length: 20 }, (_, at) => columnOf(source, at)),
    key: ["column_0"],
    evidence:
      source % 2 === 0 ? { kind: "declared" } : { kind: "inferred", from: "csv", rows: 5_000 },
    origin: `part-${source}.csv`,
  }));
}

function columnOf(source: number, at: number): ObservedColumn {
  return {
    name: `column_${at}`,
    type: types[(source + at) % types.length] ?? "VARCHAR",
    nullable: at > 0,
    format:
      at % 5 === 0 ? { isZeroPadded: false, timestamps: ["YYYY-MM-DD"], decimalMark: null } : null,
    sketch: null,
  };
}

function elapsed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
