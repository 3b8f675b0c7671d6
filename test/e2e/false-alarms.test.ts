import { expect, test } from "vitest";
import { recordShapes } from "../../src/core/schema/record-shapes.ts";
import type { SchemaHistory } from "../../src/core/schema/schema-history.ts";
import { fileScene } from "../support/file-scene.ts";
import { seededRandom } from "../support/seeded-random.ts";

// Goal: data that varies under a stable schema is no drift. Method: generated loads of one source
// after the other, through the file connector, into a history.

const loadsOfEach = 50;
const seeds = [1, 2, 3, 4, 5];

type Random = () => number;
type Row = Readonly<Record<string, unknown>>;

/** How the data of one load happens to be. */
interface Mood {
  readonly rows: number;
  readonly isWhole: boolean;
  readonly hasNoNotes: boolean;
  readonly hasNoTags: boolean;
  readonly hasNoCity: boolean;
}

function moodOf(random: Random): Mood {
  return {
    rows: 1 + Math.floor(random() * (random() < 0.1 ? 400 : 30)),
    isWhole: random() < 0.3,
    hasNoNotes: random() < 0.3,
    hasNoTags: random() < 0.3,
    hasNoCity: random() < 0.3,
  };
}

function rowOf(random: Random, mood: Mood, id: number): Row {
  const price = Math.round(random() * 90_000) / 100;
  return {
    id,
    price: mood.isWhole ? Math.round(price) : price,
    units: random() < 0.2 ? null : Math.floor(random() * 50),
    note: mood.hasNoNotes || random() < 0.3 ? null : `note ${Math.floor(random() * 1_000)}, "so"`,
    code: String(Math.floor(random() * 100_000)).padStart(5, "0"),
    day: new Date(Date.UTC(2026, 0, 1 + Math.floor(random() * 300))).toISOString().slice(0, 10),
    isPaid: random() < 0.5,
  };
}

function nested(random: Random, mood: Mood): Row {
  const count = mood.hasNoTags ? 0 : Math.floor(random() * 3);
  return {
    tags: Array.from({ length: count }, (_, index) => `t${index}`),
    address: { zip: "01067", city: mood.hasNoCity || random() < 0.3 ? null : "Dresden" },
  };
}

function csvOf(random: Random, mood: Mood, from: number): string {
  const rows = Array.from({ length: mood.rows }, (_, index) => rowOf(random, mood, from + index));
  const end = random() < 0.3 ? "\r\n" : "\n";
  const mark = random() < 0.2 ? "\uFEFF" : "";
  const field = (value: unknown) =>
    value === null
      ? ""
      : /[",]/.test(String(value))
        ? `"${String(value).replaceAll('"', '""')}"`
        : value;
  const lines = [
    Object.keys(rows[0] ?? {}).join(","),
    ...rows.map((row) => Object.values(row).map(field).join(",")),
  ];
  return mark + lines.join(end) + end;
}

function jsonOf(random: Random, mood: Mood, from: number): string {
  const lines = Array.from({ length: mood.rows }, (_, index) => {
    const row = { ...rowOf(random, mood, from + index), ...nested(random, mood) };
    const entries = Object.entries(row).map((entry) => ({ entry, key: random() }));
    entries.sort((left, right) => left.key - right.key);
    return JSON.stringify(Object.fromEntries(entries.map(({ entry }) => entry)));
  });
  return `${lines.join("\n")}\n`;
}

test.each([
  { name: "CSV", file: "orders.csv", write: csvOf },
  { name: "NDJSON", file: "orders.ndjson", write: jsonOf },
])("data that varies under a stable schema is no drift: $name", async ({ file, write }) => {
  await using scene = await fileScene();
  for (const seed of seeds) {
    const random = seededRandom(seed);
    let history: SchemaHistory | null = null;
    let from = 1;
    for (let load = 0; load < loadsOfEach; load++) {
      const mood = moodOf(random);
      scene.write(file, write(random, mood, from));
      from += mood.rows;
      const { arriving, presence } = await scene.probe({ path: file });
      expect(presence.state).toBe("present");
      history = recordShapes(history, "orders", arriving, { at: load, run: null });
      expect(history?.drifts ?? [], `seed ${seed}, load ${load}: ${JSON.stringify(mood)}`).toEqual(
        [],
      );
    }
  }
});
