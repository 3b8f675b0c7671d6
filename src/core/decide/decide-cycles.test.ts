import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signalOf } from "../../../test/support/arbitrary-signal.ts";
import { arbitrarySituation } from "../../../test/support/arbitrary-situation.ts";
import {
  inputOf,
  modelSpec,
  profileOf,
  type Situation,
  sourceSpec,
} from "../../../test/support/decide-fixture.ts";
import {
  type Interruption,
  PretendedWorld,
  tasksOf,
} from "../../../test/support/pretended-world.ts";
import { takeSnapshot } from "../metadata/snapshot.ts";
import type { OverrideData, Signal } from "../signals/signal.ts";
import { noStanding, type Standing } from "../signals/standing.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Decided } from "./decided.ts";

const sourceNames = ["s0", "s1", "s2", "s3", "s4"];
const modelNames = ["m0", "m1", "m2", "m3"];

/** Cycles of one world: what changes before each, and which tasks fail in it. */
const arbitraryLife = fc.record({
  start: arbitrarySituation(),
  cycles: fc.array(
    fc.record({
      situation: arbitrarySituation(),
      parts: fc.subarray([
        "sources",
        "profiles",
        "models",
        "ruleSets",
        "standing",
        "focus",
      ] as const),
      failing: fc.array(fc.constantFrom(...taskNames()), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function taskNames(): readonly string[] {
  return [
    ...sourceNames.flatMap((name) =>
      ["extract", "load", "verify"].map((kind) => `${name}.${kind}`),
    ),
    ...modelNames.flatMap((name) => ["transform", "check"].map((kind) => `${name}.${kind}`)),
  ];
}

/**
 * A world so small that what happens in it happens to the same few: two sources, of which each may
 * hold one of two contents or be gone, a model that may be a view, and one that reads all of them.
 */
const arbitrarySmall: fc.Arbitrary<Situation> = fc
  .record({
    contents: fc.tuple(fc.constantFrom("a", "b", "a", "b", "gone"), fc.constantFrom("a", "b")),
    code: fc.constantFrom("a", "b"),
    materialize: fc.constantFrom("view", "table"),
    policy: fc.constantFrom("last_good", "last_good", "without", "skip"),
    inputs: fc.constantFrom(["m0"], ["m0", "s1"], ["m0", "s0", "s1"]),
    frozen: fc.option(fc.constantFrom("s0", "m0"), { nil: null, freq: 2 }),
  })
  .map(({ contents, code, materialize, policy, inputs, frozen }) => ({
    sources: [sourceSpec("s0"), sourceSpec("s1")],
    profiles: contents.map((content, index) => {
      const name = `s${index}`;
      return content === "gone"
        ? profileOf(name, { presence: { state: "missing", detail: "gone" }, fingerprint: null })
        : profileOf(name, { fingerprint: hashText(`${name} ${content}`) });
    }),
    models: [
      modelSpec("m0", [{ subject: "s0", onBypass: policy }], { materialize }),
      modelSpec(
        "m1",
        inputs.map((subject) => ({ subject, onBypass: policy })),
        { code: hashText(code) },
      ),
    ],
    standing:
      frozen === null
        ? noStanding
        : {
            ...noStanding,
            overrides: overridesAfter(new Map(), {
              subject: frozen,
              said: "freeze",
              id: "f",
              word,
            }),
          },
  }));

const word = { by: "ana", why: "so", until: null };

/** What is said while a run goes on: some sources are other than before, and somebody overrides. */
function arbitraryInterruption(
  situations: fc.Arbitrary<Situation>,
  overridden: readonly string[],
): fc.Arbitrary<Interruption> {
  return fc
    .record({
      after: fc.nat(8),
      delay: fc.nat(2),
      other: situations,
      sources: fc.subarray(sourceNames.slice(0, overridden.length), { maxLength: 2 }),
      subject: fc.constantFrom(...overridden),
      said: fc.constantFrom("bypass", "force", "freeze", "lift", "lift", "nothing"),
      cancel: fc.boolean(),
      id: fc.uuid(),
    })
    .map(({ after, delay, other, sources, subject, said, cancel, id }) => {
      const word = { by: "ana", why: "so", until: null, cancel };
      const changes = sources.map((name) =>
        signalOf({ type: "source.changed", subject: name, id: `${name} ${id}`, data: {} }),
      );
      const override = said === "nothing" ? [] : [overrideOf(said, { subject, id, word })];
      const profiles = inputOf(other).snapshot.profiles;
      return {
        after,
        delay,
        signals: [...changes, ...override],
        input: (before) => ({
          ...before,
          snapshot: takeSnapshot(
            before.snapshot.at + 1_000,
            before.snapshot.capacity,
            [...before.snapshot.profiles].map(([name, profile]) =>
              sources.includes(name) ? (profiles.get(name) ?? profile) : profile,
            ),
          ),
          standing: {
            ...before.standing,
            overrides: overridesAfter(before.standing.overrides, { subject, said, id, word }),
          },
        }),
      };
    });
}

interface Word {
  readonly subject: string;
  readonly id: string;
  readonly word: OverrideData;
}

function overrideOf(
  said: "bypass" | "force" | "freeze" | "lift",
  { subject, id, word }: Word,
): Signal {
  if (said === "lift") {
    return signalOf({ type: "override.lift", subject, id, data: { by: word.by, why: word.why } });
  }
  return signalOf({ type: `override.${said}`, subject, id, data: word });
}

function overridesAfter(
  before: Standing["overrides"],
  { subject, said, id, word }: Word & { readonly said: string },
): Standing["overrides"] {
  const overrides = new Map(before);
  if (said === "lift") overrides.delete(subject);
  else if (said === "bypass" || said === "force" || said === "freeze") {
    overrides.set(subject, { cancel: false, ...word, do: said, signal: id });
  }
  return overrides;
}

/** Cycles that are revised while they run, in whatever order their tasks end. */
function arbitraryRevisedLife(situations: fc.Arbitrary<Situation>, overridden: readonly string[]) {
  return fc.record({
    start: situations,
    cycles: fc.array(
      fc.record({
        situation: situations,
        parts: fc.subarray(["profiles", "models", "standing"] as const),
        failing: fc.array(fc.constantFrom(...taskNames()), { maxLength: 3 }),
        order: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
        interruptions: fc.array(arbitraryInterruption(situations, overridden), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });
}

function inputIn(world: PretendedWorld, situation: Situation): DecideInput {
  return inputOf({ ...situation, history: [...world.history.values()] });
}

describe("cycle after cycle, whatever fails in between", { timeout: 120_000 }, () => {
  test("what counts as up to date is so, every input is there, and all comes to rest", () => {
    fc.assert(
      fc.property(arbitraryLife, ({ start, cycles }) => {
        const world = new PretendedWorld();
        let situation: Situation = { ...start };
        let decided = decide(inputIn(world, situation));
        for (const { situation: other, parts, failing } of cycles) {
          for (const part of parts) situation = { ...situation, [part]: other[part] };
          decided = decideAgain(decided, inputIn(world, situation));
          world.run(decided, { fails: (task) => failing.includes(task) });
        }
        expect(world.baseless).toEqual([]);

        expectRest(world, situation, decided);
      }),
      { numRuns: 120 },
    );
  });

  test.each([
    {
      world: "a world with everything in it",
      lives: arbitraryRevisedLife(arbitrarySituation(), [...sourceNames, ...modelNames]),
      numRuns: 30,
    },
    {
      world: "a small world",
      lives: arbitraryRevisedLife(arbitrarySmall, ["s0", "m0"]),
      numRuns: 200,
    },
  ])("the same holds where runs are revised, in $world", ({ lives, numRuns }) => {
    let revisions = 0;
    fc.assert(
      fc.property(lives, ({ start, cycles }) => {
        const world = new PretendedWorld();
        let situation: Situation = { ...start };
        let decided = decide(inputIn(world, situation));
        for (const { situation: other, parts, failing, ...course } of cycles) {
          for (const part of parts) situation = { ...situation, [part]: other[part] };
          decided = decideAgain(decided, inputIn(world, situation));
          decided = world.run(decided, { ...course, fails: (task) => failing.includes(task) });
        }
        expect(world.wrongs).toEqual([]);
        expectRest(world, situation, decided);
        revisions += world.revisions;
      }),
      { numRuns },
    );
    expect(revisions).toBeGreaterThan(numRuns / 10);
  });
});

/** What somebody said, and what a cycle is not about, is left as it is; then all is looked at. */
function expectRest(world: PretendedWorld, lived: Situation, before: Decided): void {
  const situation = { ...lived, standing: noStanding, focus: null };
  const decided = decideAgain(before, inputIn(world, situation));
  world.run(decided);
  expect(world.baseless).toEqual([]);
  for (const { id, kind, bypass } of tasksOf(decided)) {
    const subject = id.slice(0, id.lastIndexOf("."));
    if (bypass?.reason !== "up_to_date" || (kind !== "load" && kind !== "transform")) continue;
    expect([id, world.read(subject)]).toEqual([id, world.made(decided, subject)]);
  }
  const rest = decideAgain(decided, inputIn(world, situation));
  world.run(rest);
  const last = decideAgain(rest, inputIn(world, situation));
  const open = tasksOf(last).filter((task) => task.state === "active" && task.fingerprint !== null);
  expect(open.map(({ id }) => id)).toEqual([]);
  expect(world.wrongs).toEqual([]);
}
