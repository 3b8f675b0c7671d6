import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Contribution, Effect } from "./effect.ts";
import { effectFormSchema, toEffect } from "./effect-form.ts";
import { effectSchema } from "./effect-schema.ts";
import { effectKinds, effectSpecs } from "./effect-specs.ts";
import { heldInDoubt, mergeEffects, noEffects, shapeDraft } from "./merge-effects.ts";
import type { SubjectDraft } from "./subject-draft.ts";

const effects: readonly Effect[] = [
  { classify: { tier: 0, owner: "ann" } },
  { classify: { tier: 2, owner: "bob", tags: ["x"] } },
  { activate: {} },
  { bypass: { because: "late" } },
  { bypass: true as const },
  { merge: { into: "small", max: 5 } },
  { merge: { into: "small", max: 3 } },
  { merge: { into: "other" } },
  { split: { size: 100 } },
  { split: { size: 50 } },
  { gate: { not_null: "id" } },
  { gate: { not_null: "id", on_fail: "warn" as const } },
  { gate: { row_count: { min: 1 } } },
  { gate: { row_count: { min: 9 } } },
  { retry: { attempts: 2, backoff: "2s" } },
  { retry: { attempts: 9 } },
  { timeout: "5m" },
  { timeout: "1m" },
  { pool: "a" },
  { pool: "b" },
  { priority: 1 },
  { priority: 9 },
  { fallback: { use: "last_good" as const, max_age: "6h" } },
  { fallback: { use: "last_good" as const } },
  { fallback: { use: "partial" as const, min_share: 0.5 } },
  { fallback: { use: "alternate" as const, source: "other" } },
  { circuit: {} },
  { circuit: { failures: 2, cool_down: "5m", probes: 1 } },
  { deadline: "2h" },
  { deadline: "30m" },
  { retain: { versions: 1 } },
  { retain: { versions: 3 } },
  { gate: { not_null: "id", on_fail: "undo" as const } },
  { route: "pass" as const },
  { route: { to: "negotiate" as const, deadline: "2d", because: "y" } },
  { route: { to: "negotiate" as const, meanwhile: "wait" as const, because: "x" } },
  { route: "isolate" as const },
  { rename: { confidence: 0.9 } },
  { rename: { confidence: 0.8 } },
  { sla: "2h" },
  { cadence: "1h" },
  { tag: ["b", "a"] },
  { notify: { severity: "warning" as const, title: "x" } },
].map((form) => toEffect(effectFormSchema.parse(form)));

const contribution: fc.Arbitrary<Contribution> = fc.record({
  effect: fc.constantFrom(...effects),
  rule: fc.constantFrom("s/a", "s/b", "t/a"),
  priority: fc.constantFrom(0, 0, 1),
});

const merge = (...given: readonly (readonly [object, number?])[]) =>
  mergeEffects(
    given.map(([form, priority = 0], index) => ({
      effect: toEffect(effectFormSchema.parse(form)),
      rule: `s/${"abcdefgh"[index]}`,
      priority,
    })),
  );

describe("merging effects", () => {
  test("looks at the set alone: neither order nor repetition changes anything", () => {
    fc.assert(
      fc.property(
        fc.array(contribution, { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (all, picks) => {
          const shuffled = [...all, ...all]
            .map((one) => ({ one, key: picks.next().value }))
            .sort((left, right) => left.key - right.key)
            .map(({ one }) => one);
          expect(mergeEffects(shuffled)).toEqual(mergeEffects(all));
        },
      ),
    );
  });

  test("of nothing is no effect", () => {
    expect(mergeEffects([])).toEqual(noEffects);
  });

  test("takes the stronger of two routes, with every option at its safest", () => {
    expect(merge([{ route: "pass" }], [{ route: "isolate" }]).route?.value.to).toBe("isolate");
    expect(merge([{ route: "pass" }, 1], [{ route: "isolate" }]).route?.value.to).toBe("pass");
    expect(
      merge(
        [{ route: { to: "negotiate", deadline: "1d", otherwise: "accept" } }],
        [{ route: { to: "negotiate", meanwhile: "wait" } }],
        [{ route: "adapt" }],
      ).route,
    ).toEqual({
      value: {
        to: "negotiate",
        because: null,
        deadlineMs: null,
        otherwise: "reject",
        meanwhile: "wait",
      },
      by: ["s/a", "s/b"],
    });
  });

  test.each([
    ["activate", "bypass", { activate: {} }, { bypass: {} }],
    ["merge", "split", { merge: { into: "g" } }, { split: { size: 5 } }],
    ["merge", "merge", { merge: { into: "g" } }, { merge: { into: "h" } }],
    ["pool", "pool", { pool: "a" }, { pool: "b" }],
    [
      "fallback",
      "fallback",
      { fallback: { use: "last_good" } },
      { fallback: { use: "last_good", max_age: "1h" } },
    ],
    [
      "fallback",
      "fallback",
      { fallback: { use: "partial", min_share: 0.5 } },
      { fallback: { use: "alternate", source: "b" } },
    ],
    ["classify", "classify", { classify: { owner: "a" } }, { classify: { owner: "b" } }],
  ])("%s against %s of equal priority is a conflict, recorded and told", (_, __, one, other) => {
    const merged = merge([one], [other]);
    expect(merged.conflicts).toHaveLength(1);
    expect(merged.conflicts[0]?.rules).toEqual(["s/a", "s/b"]);
    expect(merged.notifications[0]?.title).toContain("s/a, s/b");
    expect(merge([other], [one]).conflicts[0]?.outcome).toBe(merged.conflicts[0]?.outcome);
    expect(merge([one, 1], [other]).conflicts).toEqual([]);
  });

  test("a contradicted activation ends as a bypass, and people are told at once", () => {
    const merged = merge([{ activate: {} }], [{ bypass: { because: "late" } }]);
    expect(merged.activation).toEqual({ value: { state: "bypass", because: "late" }, by: ["s/b"] });
    expect(merged.notifications[0]?.severity).toBe("critical");
  });

  test("takes the safer of what does not contradict", () => {
    const merged = merge(
      [{ retry: { attempts: 2, backoff: "5s" } }],
      [{ retry: { attempts: 9 } }],
      [{ timeout: "1m" }],
    );
    expect(merged.retry?.value).toEqual({ attempts: 9, backoffMs: 5_000, backoffMsMax: 60_000 });
    expect(merge([{ timeout: "5m" }], [{ timeout: "1m" }]).timeoutMs?.value).toBe(60_000);
    expect(merge([{ timeout: "5m" }, 1], [{ timeout: "1m" }]).timeoutMs).toEqual({
      value: 300_000,
      by: ["s/a"],
    });
    expect(merge([{ sla: "5m" }, 1], [{ sla: "1m" }]).slaMs?.value).toBe(60_000);
    expect(merge([{ priority: 3 }], [{ priority: 8 }]).priority?.value).toBe(8);
    expect(merge([{ split: { size: 3 } }], [{ split: { size: 8 } }]).grouping?.value).toMatchObject(
      { size: 3 },
    );
  });

  test("keeps one gate per check, the strictest, under names of their own", () => {
    const { gates } = merge(
      [{ gate: { not_null: "id", on_fail: "warn" } }],
      [{ gate: { not_null: "id", on_fail: "quarantine" } }],
    );
    expect(gates).toEqual([
      {
        name: "not_null_id",
        check: { kind: "not_null", column: "id" },
        onFail: "quarantine",
        by: "s/b",
      },
    ]);
    const counts = merge(
      [{ gate: { row_count: { min: 1 } } }],
      [{ gate: { row_count: { min: 2 } } }],
    );
    expect(counts.gates.map((gate) => gate.name)).toEqual(["row_count", "row_count_2"]);
  });

  test("holds gates, the surer rename and kept versions where a rule is in doubt", () => {
    const inDoubt = effects.map((effect) => ({ effect, rule: "s/a", priority: 0 }));
    expect(new Set(heldInDoubt(inDoubt).map(({ effect }) => effect.kind))).toEqual(
      new Set(["gate", "rename", "retain"]),
    );
  });
});

const safeguards = {
  retry: { attempts: 1, backoffMs: 1, backoffMsMax: 1 },
  timeoutMs: 1,
  pool: "p",
  priority: 0,
  gates: [],
  fallback: null,
  circuit: null,
  deadlineMs: null,
  retain: null,
};

const draft: SubjectDraft = {
  kind: "source",
  connection: "files",
  activation: { state: "default" },
  group: null,
  splitRows: null,
  tags: [],
  slaMs: null,
  tasks: [
    { kind: "extract", safeguards },
    { kind: "load", safeguards },
    { kind: "verify", safeguards },
  ],
};

describe("safeguards", () => {
  test("of equal priority are the more careful", () => {
    const merged = merge(
      [{ circuit: { failures: 2, cool_down: "1m", probes: 9 } }],
      [{ circuit: { failures: 8, cool_down: "5m", probes: 1 } }],
      [{ deadline: "2h" }],
      [{ deadline: "30m" }],
      [{ retain: { versions: 2 } }],
      [{ retain: { versions: 5 } }],
    );
    expect(merged.circuit?.value).toEqual({ failures: 2, coolDownMs: 300_000, probes: 1 });
    expect(merged.deadlineMs?.value).toBe(1_800_000);
    expect(merged.retain).toEqual({ value: { versions: 5 }, by: ["s/f"] });
  });

  test("belong to the tasks that they protect", () => {
    const { tasks } = shapeDraft(
      draft,
      merge([{ circuit: {} }], [{ deadline: "1h" }], [{ retain: { versions: 2 } }]),
    );
    expect(tasks.map((task) => task.safeguards.circuit?.name ?? null)).toEqual([
      "files",
      null,
      null,
    ]);
    expect(tasks.map((task) => task.safeguards.deadlineMs)).toEqual(Array(3).fill(3_600_000));
    expect(tasks.map((task) => task.safeguards.retain)).toEqual([null, { versions: 2 }, null]);
  });

  test("a gate that undoes is measured after the commit, and keeps a version to go back to", () => {
    const { tasks } = shapeDraft(draft, merge([{ gate: { not_null: "id", on_fail: "undo" } }]));
    expect(tasks.map((task) => task.safeguards.gates.length)).toEqual([0, 0, 1]);
    expect(tasks[1]?.safeguards.retain).toEqual({ versions: 1 });
  });
});

describe("every kind of effect", () => {
  test("shapes a draft in its order, and doing it twice changes nothing more", () => {
    fc.assert(
      fc.property(fc.array(contribution, { maxLength: 8 }), (all) => {
        const merged = mergeEffects(all);
        const once = shapeDraft(draft, merged);
        expect(shapeDraft(once, merged)).toEqual(once);
      }),
    );
    const orders = effectKinds.map((kind) => effectSpecs[kind].order);
    expect(new Set(orders).size).toBe(orders.length);
  });

  test("has a canonical form that stored decisions are read with", () => {
    for (const effect of effects) expect(effectSchema.parse(effect)).toEqual(effect);
    expect(new Set(effects.map(({ kind }) => kind))).toEqual(new Set(effectKinds));
  });

  test("is in the JSON Schema that editors use, with what it does", () => {
    const schema = z.toJSONSchema(effectFormSchema, { io: "input" });
    expect(Object.keys(schema.properties ?? {}).sort()).toEqual([...effectKinds].sort());
    for (const kind of effectKinds) {
      expect(schema.properties?.[kind]).toMatchObject({
        description: expect.stringContaining(effectSpecs[kind].summary),
      });
    }
  });

  test("comes alone: an entry with two kinds, or none, is refused in words", () => {
    const messages = (form: unknown) =>
      effectFormSchema
        .safeParse(form)
        .error?.issues.map(({ message }) => message)
        .join();
    expect(messages({ pool: "a", priority: 1 })).toContain("write one list entry each");
    expect(messages({})).toContain("An effect is one of classify");
    expect(messages({ timeout: "soon" })).toContain("90s, 1h30m or 2d");
    expect(messages({ timeout: "0s" })).toContain("longer than 0");
    expect(messages({ classify: {} })).toContain("needs `tier`");
  });
});
