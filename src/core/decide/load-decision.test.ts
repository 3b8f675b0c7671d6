import { describe, expect, test } from "vitest";
import {
  inputOf,
  modelSpec,
  rulesOf,
  run,
  sourceSpec,
} from "../../../test/support/decide-fixture.ts";
import { hashOf } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import { loadDecideInput, parseDecisionRecord } from "./load-decision.ts";
import { decisionObjects } from "./store-decision.ts";

const situation = {
  sources: Array.from({ length: 300 }, (_, index) => sourceSpec(`s${index}`)),
  models: [modelSpec("m", ["s1", "s2"])],
  ruleSets: rulesOf([{ id: "r", for: "source", when: "true", then: [{ priority: 1 }] }]),
};
const decided = run(situation);
const stored = new Map([...decisionObjects(decided)].map(({ id, value }) => [id, value] as const));

function loadWithout(id: string, replacement?: Json) {
  return loadDecideInput(decided.record, (wanted) =>
    wanted === id ? replacement : stored.get(wanted),
  );
}

describe("a stored decision", () => {
  test("is reached from its record, which is stored too", () => {
    const value = stored.get(decided.record.id) ?? null;
    expect(parseDecisionRecord(decided.record.id, value)).toEqual(decided.record);
    expect(parseDecisionRecord("0".repeat(64), value)).toBeNull();
    const loaded = loadDecideInput(decided.record, (id) => stored.get(id));
    expect(loaded.ok && decide(loaded.input).record).toEqual(decided.record);
  });

  test("holds the blueprint that it led to, segment by segment", () => {
    for (const { id, ...fields } of decided.blueprint.segments.values()) {
      expect(stored.get(id)).toEqual(fields);
    }
    expect(stored.has(decided.blueprint.id)).toBe(true);
  });

  test("says what is missing, what was tampered with, and what another version wrote", () => {
    const { template, scope } = decided.record;
    expect(loadWithout(template)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^The template \([0-9a-f]{12}\) is not stored$/),
    });
    expect(loadWithout(scope, { sources: "x", models: "y" })).toMatchObject({
      ok: false,
      detail: expect.stringContaining("is not what was stored under its hash"),
    });
    const foreign: Json = { name: "standard", flavour: "other" };
    const record = { ...decided.record, template: hashOf(foreign) };
    const loaded = loadDecideInput(record, (id) =>
      id === record.template ? foreign : stored.get(id),
    );
    expect(loaded).toMatchObject({
      ok: false,
      detail: expect.stringContaining("does not have the form of this version"),
    });
  });

  test("shares nearly everything with the next one", () => {
    const sources = situation.sources.map((spec, index) =>
      index === 7 ? { ...spec, tier: 0 } : spec,
    );
    const next = decideAgain(decided, inputOf({ ...situation, sources }));
    const added = [...decisionObjects(next)].filter(({ id }) => !stored.has(id));
    // The declaration, its chunk and lists, the scope; the segment, its chunk and list, the blueprint; the record.
    expect(added.length).toBeLessThanOrEqual(9);
  });
});
