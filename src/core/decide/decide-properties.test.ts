import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitrarySituation, formsOf } from "../../../test/support/arbitrary-situation.ts";
import { inputOf, noon, run } from "../../../test/support/decide-fixture.ts";
import { takeSnapshot } from "../metadata/snapshot.ts";
import { defineRuleSet } from "../rules/rule-set-file.ts";
import { noStanding, type Standing, standingAt } from "../signals/standing.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Decided } from "./decided.ts";
import { decisionsOf } from "./decision-of.ts";
import { loadDecideInput } from "./load-decision.ts";
import { decisionObjects } from "./store-decision.ts";
import { explainTask } from "./why.ts";

/** All that a decision says, as one text. */
function told(decided: Decided): string {
  const { blueprint, record, summary } = decided;
  const segments = [...blueprint.segments];
  return canonicalJson({
    blueprint: { ...blueprint, segments },
    record,
    summary,
    decisions: [...decisionsOf(decided)],
  });
}

function reversed<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].reverse());
}

function turned({ overrides, tiers, quality, late, circuits, pressure }: Standing): Standing {
  return {
    overrides: reversed(overrides),
    tiers: reversed(tiers),
    quality: reversed(quality),
    late: reversed(late),
    circuits: reversed(circuits),
    pressure: reversed(pressure),
  };
}

/** The same value with the keys of all objects in reverse order. */
function withKeysReversed<T>(value: T): T {
  const copy = structuredClone(value);
  reverseKeys(copy);
  return copy;
}

function reverseKeys(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value).reverse()) {
    const field: unknown = Reflect.get(value, key);
    reverseKeys(field);
    if (Array.isArray(value)) continue;
    Reflect.deleteProperty(value, key);
    Reflect.set(value, key, field);
  }
}

describe("a decision", { timeout: 60_000 }, () => {
  test("does not depend on the order of sources, models, rules, profiles or keys", () => {
    fc.assert(
      fc.property(arbitrarySituation(), (situation) => {
        const input = inputOf(situation);
        const { snapshot, scope, history, ruleSets } = input;
        const shuffled: DecideInput = {
          snapshot: takeSnapshot(
            snapshot.at,
            snapshot.capacity,
            [...snapshot.profiles.values()].reverse(),
          ),
          ruleSets: [...ruleSets].reverse().map((set) =>
            defineRuleSet({
              ruleset: set.name,
              description: "said otherwise",
              rules: formsOf(set).toReversed(),
            }),
          ),
          template: withKeysReversed(input.template),
          scope: {
            sources: reversed(mapped(scope.sources)),
            models: reversed(mapped(scope.models)),
          },
          history: reversed(mapped(history)),
          drift: input.drift,
          reads: reversed(mapped(input.reads)),
          standing: turned(input.standing),
          focus: input.focus === null ? null : [...input.focus].reverse(),
        };
        expect(told(decide(shuffled))).toBe(told(decide(input)));
      }),
      { numRuns: 60 },
    );
  });

  test("made again after any change is the decision made anew", () => {
    fc.assert(
      fc.property(arbitrarySituation(), arbitrarySituation(), (first, second) => {
        const again = decideAgain(run(first), inputOf(second));
        expect(told(again)).toBe(told(run(second)));
      }),
      { numRuns: 60 },
    );
  });

  test("made again in small steps is the decision made anew", () => {
    const step = fc.record({
      situation: arbitrarySituation(),
      parts: fc.subarray(
        ["at", "sources", "profiles", "models", "history", "standing", "focus"] as const,
        {
          minLength: 1,
        },
      ),
    });
    fc.assert(
      fc.property(arbitrarySituation(), fc.array(step, { maxLength: 4 }), (start, steps) => {
        let situation = start;
        let decided = run(start);
        for (const { situation: other, parts } of steps) {
          for (const part of parts) situation = { ...situation, [part]: other[part] };
          decided = decideAgain(decided, inputOf(situation));
          expect(told(decided)).toBe(told(run(situation)));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is the same at a later instant, unless a rule, a fallback or an override looks at the time", () => {
    fc.assert(
      fc.property(arbitrarySituation(), fc.nat(7_200_000), (situation, laterMs) => {
        const untimed = (situation.ruleSets ?? []).filter(
          (set) => !/lag|age/i.test(canonicalJson(set.rules)),
        );
        const standing = standingAt(situation.standing ?? noStanding, noon + laterMs);
        const at = (instant: number) =>
          run({ ...situation, standing, ruleSets: untimed, at: instant });
        expect(at(noon + laterMs).blueprint.id).toBe(at(noon).blueprint.id);
      }),
      { numRuns: 60 },
    );
  });

  test("comes back from its stored objects, byte for byte", () => {
    fc.assert(
      fc.property(arbitrarySituation(), (situation) => {
        const decided = run(situation);
        const stored = new Map<string, string>();
        for (const { id, value } of decisionObjects(decided)) {
          const text = canonicalJson(value);
          expect(hashText(text)).toBe(id);
          stored.set(id, text);
        }
        const loaded = loadDecideInput(decided.record, (id) => {
          const text = stored.get(id);
          return text === undefined ? undefined : JSON.parse(text);
        });
        if (!loaded.ok) throw new Error(loaded.detail);
        const names = (input: DecideInput) => [...input.scope.sources.keys()].sort();
        expect(names(loaded.input)).toEqual(names(decided.input));
        expect(told(decide(loaded.input))).toBe(told(decided));
      }),
      { numRuns: 60 },
    );
  });

  test("can say of every task why it runs or does not", () => {
    fc.assert(
      fc.property(arbitrarySituation(), (situation) => {
        const decided = run(situation);
        for (const segment of decided.blueprint.segments.values()) {
          for (const task of segment.tasks) {
            const why = explainTask(decided, task.id);
            expect(why?.state).toBe(task.state);
            expect(why?.chain[0]?.text).toMatch(/\.$|:/);
            if (task.bypass !== null) expect(why?.reason).toBe(task.bypass.reason);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("lets every active task wait for active tasks only, and never in a circle", () => {
    fc.assert(
      fc.property(arbitrarySituation(), (situation) => {
        const { blueprint } = run(situation);
        const tasks = [...blueprint.segments.values()].flatMap((segment) => segment.tasks);
        const active = new Set(tasks.filter((task) => task.state === "active").map(({ id }) => id));
        const unit = new Map(tasks.map((task) => [task.id, task.batch ?? task.id] as const));
        const waits = new Map<string, Set<string>>();
        for (const task of tasks) {
          for (const edge of task.after) {
            expect(active.has(edge.task)).toBe(true);
            const from = unit.get(task.id) ?? task.id;
            const to = unit.get(edge.task) ?? edge.task;
            expect(from).not.toBe(to);
            waits.set(from, (waits.get(from) ?? new Set()).add(to));
          }
        }
        expect(hasCircle(waits)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

function hasCircle(waits: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const left = new Map([...waits].map(([from, to]) => [from, new Set(to)] as const));
  for (;;) {
    const free = [...left].filter(([, to]) => [...to].every((unit) => !left.has(unit)));
    if (free.length === 0) return left.size > 0;
    for (const [unit] of free) left.delete(unit);
  }
}

function mapped<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].map(([name, value]) => [name, withKeysReversed(value)] as const));
}
