import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signalOf } from "../../../test/support/arbitrary-signal.ts";
import { arbitrarySituation } from "../../../test/support/arbitrary-situation.ts";
import {
  hourMs,
  inputOf,
  later,
  modelSpec,
  noon,
  profileOf,
  rulesOf,
  run,
  type Situation,
  sourceSpec,
  states,
  task,
} from "../../../test/support/decide-fixture.ts";
import { planRun } from "../run/run-plan.ts";
import { standingOf } from "../signals/standing.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { type Hash, hashText } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import { concernOf } from "./concern-of.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { Decided } from "./decided.ts";
import { decisionsOf } from "./decision-of.ts";
import { loadDecideInput, parseDecisionRecord, wantOpenSubjects } from "./load-decision.ts";
import { pinnedBut, pinnedIn } from "./pinned-in.ts";
import { decisionObjects } from "./store-decision.ts";
import { explainTask } from "./why.ts";

const ana = { by: "ana", why: "bad prices", until: noon + 5 * hourMs };
const shop: Situation = {
  sources: [sourceSpec("orders"), sourceSpec("rates"), sourceSpec("stores")],
  models: [
    modelSpec("clean", ["orders"]),
    modelSpec("revenue", ["clean", "rates"]),
    modelSpec("by_store", ["stores"]),
  ],
};
const freezeOrders = signalOf({ type: "override.freeze", subject: "orders", data: ana });
const standing = standingOf([freezeOrders], noon);

describe("whom signals concern", () => {
  const scope = inputOf({
    sources: [
      sourceSpec("a", { demand: "when_used" }),
      sourceSpec("b", { connection: "shop" }),
      sourceSpec("c", { optional: true }),
    ],
    models: [modelSpec("m", ["a", "b"]), modelSpec("n", ["m"]), modelSpec("o", ["a"])],
  }).scope;
  test.each([
    ["a source and all that reads of it", "source.back" as const, "a", ["a", "m", "n", "o"]],
    ["what may be asked for otherwise, too", "override.force" as const, "n", ["n"]],
    ["with all who share it", "override.lift" as const, "m", ["a", "m", "n", "o"]],
    ["the sources of a connection", "circuit.opened" as const, "shop", ["a", "b", "m", "n", "o"]],
    ["what is optional", "pressure" as const, "disk", ["c"]],
    ["nobody that is not there", "source.late" as const, "z", []],
  ])("%s", (_, type, subject, concern) => {
    expect(concernOf(scope, [{ type, subject }])).toEqual(concern);
  });
});

describe("what must stay as it is", () => {
  const begin = (situation: Situation, begun: readonly string[]) =>
    [...pinnedIn(run(situation), [freezeOrders], begun)].sort();

  test("is what no signal concerns, and what has begun", () => {
    const others = ["by_store", "rates", "stores"];
    expect(begin(shop, [])).toEqual(others);
    expect(begin(shop, ["orders"])).toEqual([...others, "orders"].sort());
  });

  test("is what a model that has begun reads, also below a view", () => {
    const models = [
      modelSpec("clean", [{ subject: "orders", onBypass: "last_good" }], { materialize: "view" }),
      modelSpec("revenue", [{ subject: "clean", onBypass: "last_good" }, "rates"]),
    ];
    expect(begin({ ...shop, models }, ["revenue"])).toEqual([
      "clean",
      "orders",
      "rates",
      "revenue",
      "stores",
    ]);
  });

  test("is not what is read by a model that is merely measured", () => {
    const situation = later(shop);
    const history = (situation.history ?? []).map((past) => ({ ...past, verified: null }));
    expect(begin({ ...situation, history }, ["revenue"])).not.toContain("clean");
  });
});

describe("a revision", () => {
  test("decides again what its signal concerns, and leaves the rest byte for byte", () => {
    const first = run(shop);
    const pinned = pinnedIn(first, [freezeOrders], ["rates"]);
    const revised = decideAgain(first, inputOf({ ...shop, standing, at: noon + 60_000 }), pinned);
    expect(states(revised)).toMatchObject({
      "orders.load": "frozen ana",
      "clean.transform": "upstream orders",
      "revenue.transform": "upstream clean",
      "rates.load": "active",
      "by_store.transform": "active",
    });
    for (const name of pinned) {
      expect(revised.blueprint.segments.get(name)).toBe(first.blueprint.segments.get(name));
    }
    expect(revised.record.base).toBe(first.record.id);
  });

  test("lets readers meet what has begun as it was planned", () => {
    const first = run(shop);
    const gone = profileOf("orders", { presence: { state: "missing", detail: "no such file" } });
    const back = signalOf({ type: "source.late", subject: "orders", data: {} });
    const input = inputOf({ ...shop, profiles: [gone] });
    const revised = decideAgain(first, input, pinnedIn(first, [back], ["orders"]));
    expect(states(revised)).toEqual(states(first));
    expect(revised.blueprint.id).toBe(first.blueprint.id);
    const free = decideAgain(first, input, pinnedIn(first, [back], []));
    expect(states(free)["orders.load"]).toBe("source_missing");
  });

  test("keeps a batch but for what comes out otherwise, which loads by itself", () => {
    const ruleSets = rulesOf([
      { id: "b", for: "source", when: "true", then: [{ merge: { into: "small" } }] },
    ]);
    const first = run({ ...shop, ruleSets });
    const changed = profileOf("orders", { fingerprint: hashText("orders v2") });
    const signal = signalOf({ type: "source.changed", subject: "orders", data: {} });
    const pinned = pinnedIn(first, [signal], []);
    const revised = decideAgain(first, inputOf({ ...shop, ruleSets, profiles: [changed] }), pinned);
    expect(revised.blueprint.batches).toEqual([
      { id: "small.load", tasks: ["rates.load", "stores.load"] },
    ]);
    expect(task(revised, "orders.load")).toMatchObject({ state: "active", batch: null });
    const same = decideAgain(first, inputOf({ ...shop, ruleSets }), pinned);
    expect(same.blueprint.id).toBe(first.blueprint.id);
  });

  test("does not wait for what was not asked for and is pinned so", () => {
    const situation: Situation = {
      sources: [sourceSpec("a", { demand: "when_used" })],
      models: [modelSpec("m", ["a"])],
    };
    const bypass = signalOf({ type: "override.bypass", subject: "m", data: ana });
    const first = run({ ...situation, standing: standingOf([bypass], noon) });
    expect(states(first)["a.load"]).toBe("not_demanded");
    const revised = decideAgain(first, inputOf(situation), new Set(["a"]));
    expect(states(revised)).toMatchObject({
      "a.load": "not_demanded",
      "m.transform": "upstream a",
    });
    const lift = signalOf({ type: "override.lift", subject: "m", data: ana });
    expect([...pinnedIn(first, [lift], [])]).toEqual([]);
  });

  test("is explained by the decision in which each subject came out as it is", () => {
    const first = run(shop);
    const pinned = pinnedIn(first, [freezeOrders], []);
    const revised = decideAgain(first, inputOf({ ...shop, standing, at: noon + hourMs }), pinned);
    expect(explainTask(revised, "rates.load")).toEqual(explainTask(first, "rates.load"));
    expect(explainTask(revised, "orders.load")).toMatchObject({ reason: "frozen" });
  });
});

/** A decision and its revisions, as a run would have them. */
const chains = fc.record({
  start: arbitrarySituation(),
  steps: fc.array(
    fc.record({
      situation: arbitrarySituation(),
      parts: fc.subarray(["at", "profiles", "standing", "history"] as const, { minLength: 1 }),
      pinned: fc.subarray(["s0", "s1", "s2", "s3", "s4", "m0", "m1", "m2", "m3"], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

interface Link {
  readonly decided: Decided;
  readonly situation: Situation;
  readonly pinned: ReadonlySet<string>;
}

function follow({ start, steps }: typeof chains extends fc.Arbitrary<infer T> ? T : never): Link[] {
  const links: Link[] = [{ decided: run(start), situation: start, pinned: new Set() }];
  let situation = start;
  for (const { situation: other, parts, pinned: drawn } of steps) {
    const previous = links.at(-1)?.decided ?? run(start);
    for (const part of parts) situation = { ...situation, [part]: other[part] };
    const pinned = new Set(drawn.filter((name) => previous.workings.nodes.has(name)));
    if (pinned.size === 0) continue;
    links.push({ decided: decideAgain(previous, inputOf(situation), pinned), situation, pinned });
  }
  return links;
}

describe("whatever is revised, and however often", { timeout: 120_000 }, () => {
  test("pinned segments are the same bytes, and the rest can be run", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const links = follow(chain);
        links.forEach(({ decided, pinned }, index) => {
          const before = links[index - 1]?.decided.blueprint.segments;
          for (const name of pinned) {
            expect(canonicalJson(decided.blueprint.segments.get(name))).toBe(
              canonicalJson(before?.get(name)),
            );
          }
          const { pools } = decided.input.template;
          expect(planRun(decided.blueprint, { pools }).tasks.length).toBeGreaterThan(0);
          const tasks = [...decided.blueprint.segments.values()].flatMap((one) => one.tasks);
          expect(decided.summary.active).toBe(
            tasks.filter(({ state }) => state === "active").length,
          );
          for (const { id } of tasks) expect(explainTask(decided, id)).not.toBeNull();
        });
      }),
      { numRuns: 40 },
    );
  });

  test("what follows as a cycle of its own is decided as if nothing had been revised", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const last = follow(chain).at(-1);
        if (last === undefined) return;
        const again = decideAgain(last.decided, inputOf(last.situation));
        expect(told(again)).toBe(told(run(last.situation)));
        expect(told(decideAgain(last.decided, inputOf(last.situation), new Set()))).toBe(
          told(again),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("the chain comes back from what is stored, byte for byte", () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const links = follow(chain);
        const stored = new Map<Hash, Json>();
        for (const { decided } of links) {
          for (const { id, value } of decisionObjects(decided)) stored.set(id, value);
        }
        for (const { decided } of links) {
          const replayed = replay(decided.record.id, stored);
          expect(told(replayed)).toBe(told(decided));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("changes nothing outside the concern of its signals, nor what has begun", () => {
    const signals = fc.constantFrom(
      ...["s0", "s1", "s2", "m0", "m1"].map((subject) => ({
        type: "override.lift" as const,
        subject,
      })),
      { type: "circuit.opened" as const, subject: "files" },
      { type: "pressure" as const, subject: "disk" },
    );
    fc.assert(
      fc.property(
        arbitrarySituation(),
        arbitrarySituation(),
        signals,
        fc.subarray(["s0", "s1", "s2", "s3", "s4", "m0", "m1", "m2", "m3"]),
        (first, second, signal, begun) => {
          const previous = run(first);
          const here = begun.filter((name) => previous.workings.nodes.has(name));
          const pinned = pinnedIn(previous, [signal], here);
          const { profiles, standing: said, at } = second;
          const input = inputOf({
            ...first,
            profiles: profiles ?? [],
            at: at ?? noon,
            ...(said && { standing: said }),
          });
          const revised = decideAgain(previous, input, pinned);
          if (pinned.size === 0) return;
          const concern = new Set(concernOf(previous.input.scope, [signal]));
          for (const [name, { id }] of revised.blueprint.segments) {
            const isFree = concern.has(name) && !here.includes(name);
            if (!isFree)
              expect([name, id]).toEqual([name, previous.blueprint.segments.get(name)?.id]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

function told(decided: Decided): string {
  const { blueprint, record, summary } = decided;
  return canonicalJson({
    blueprint: { ...blueprint, segments: [...blueprint.segments] },
    record,
    summary,
    decisions: [...decisionsOf(decided)],
  });
}

/** The decision under a record's id, made again from stored objects. */
function replay(id: Hash, stored: ReadonlyMap<Hash, Json>): Decided {
  const record = parseDecisionRecord(id, stored.get(id) ?? null);
  if (record === null) throw new Error(`no record ${id}`);
  const loaded = loadDecideInput(record, (wanted) => stored.get(wanted));
  if (!loaded.ok) throw new Error(loaded.detail);
  if (record.base === undefined || record.open === undefined) return decide(loaded.input);
  const base = replay(record.base, stored);
  const steps = wantOpenSubjects(record.open);
  steps.next();
  const open = steps.next(stored);
  if (open.done !== true || !open.value.ok) throw new Error("no list");
  const { subjects } = open.value;
  return decideAgain(base, loaded.input, pinnedBut(base, subjects));
}
