import { describe, expect, test } from "vitest";
import { noon, profileOf } from "../../../test/support/decide-fixture.ts";
import type { Profile } from "../metadata/profile.ts";
import { identifyProfile, type Snapshot, takeSnapshot } from "../metadata/snapshot.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import type { SchemaHistory } from "../schema/schema-history.ts";
import { type DriftFound, findDrift } from "./find-drift.ts";
import type { ModelLags } from "./next-lags.ts";

/** A shape as a file of that many rows shows it, from columns as `name TYPE`. */
function shape(...columns: readonly string[]): ObservedSchema {
  return {
    columns: columns.map((text) => {
      const [name = "", type = ""] = text.split(" ");
      return { name, type, nullable: true, format: null, sketch: null };
    }),
    key: [],
    evidence: { kind: "inferred", from: "csv", rows: 10 },
    origin: "",
  };
}

function snapshotOf(seen: ObservedSchema, arriving: readonly ObservedSchema[]): Snapshot {
  const profile: Profile = {
    ...profileOf("orders"),
    schema: { columns: seen.columns, key: [] },
    arriving,
  };
  return takeSnapshot(noon, { cores: 1, memoryBytes: 1 }, [identifyProfile(profile)]);
}

/** Cycles one after the other, each with one new shape, and with what earlier ones remember. */
function cycles(
  strategy: "replace" | "append",
  shapes: readonly ObservedSchema[],
  lags: (found: DriftFound) => ReadonlyMap<string, ModelLags> = () => new Map(),
): readonly DriftFound[] {
  let histories: ReadonlyMap<string, SchemaHistory> = new Map();
  let behind: ReadonlyMap<string, ModelLags> = new Map();
  const replaced = new Set(strategy === "replace" ? ["orders"] : []);
  return shapes.map((one) => {
    const snapshot = snapshotOf(one, [one]);
    const found = findDrift({ histories, lags: behind }, { snapshot, replaced }, "run");
    histories = new Map([...histories, ...found.histories]);
    behind = new Map([...behind, ...lags(found)]);
    return found;
  });
}

const numbers = shape("id BIGINT", "amount BIGINT");
const texts = shape("id BIGINT", "amount VARCHAR");

/** The model is stopped at the version before the first change. */
const stop = ({ sources }: DriftFound): ReadonlyMap<string, ModelLags> => {
  const drift = sources.get("orders");
  if (drift === undefined || drift.before === drift.latest.id) return new Map();
  const lag = { version: drift.before, settled: [], route: null, by: "r", code: "c" } as const;
  return new Map([["revenue", { orders: lag }]]);
};

describe("the drift of a source", () => {
  test("is a difference from what it looked like before this cycle", () => {
    const [first, second, third] = cycles("replace", [numbers, texts, texts]);
    expect(first?.sources.size).toBe(0);
    expect(first?.histories.get("orders")?.versions).toHaveLength(1);
    const drift = second?.sources.get("orders");
    expect(drift?.open[drift.before]?.changes).toMatchObject([
      { kind: "retyped", column: "amount", before: "BIGINT", after: "VARCHAR" },
    ]);
    expect(third?.sources.size).toBe(0);
  });

  test("stays open for who is stopped, until the whole source is as before", () => {
    const found = cycles("replace", [numbers, texts, texts, numbers, texts], stop);
    const open = found.map(({ sources }) => Object.values(sources.get("orders")?.open ?? {})[0]);
    expect(open.map((one) => one?.changes.length ?? null)).toEqual([null, 1, 1, 0, 1]);
    expect(open.map((one) => one?.isBack ?? null)).toEqual([null, false, false, true, false]);
  });

  test("does not go from a table that still holds what came in between", () => {
    const found = cycles("append", [numbers, texts, numbers], stop);
    const open = Object.values(found.at(-1)?.sources.get("orders")?.open ?? {})[0];
    expect(open).toMatchObject({ isBack: false, changes: [{ kind: "retyped" }] });
  });
});
