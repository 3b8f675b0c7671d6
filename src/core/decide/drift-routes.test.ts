import { describe, expect, test } from "vitest";
import {
  inputOf,
  modelSpec,
  profileOf,
  rulesOf,
  run,
  type Situation,
  sourceSpec,
} from "../../../test/support/decide-fixture.ts";
import {
  driftInput,
  driftOf,
  exposureOf,
  lineageOf,
  versionOf,
  withLags,
} from "../../../test/support/drift-fixture.ts";
import { defaultRoutes } from "../rules/default-routes.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { Decided } from "./decided.ts";
import { loadDecideInput } from "./load-decision.ts";
import { nextLags } from "./next-lags.ts";
import { proposeChanges } from "./propose-changes.ts";
import { decisionObjects } from "./store-decision.ts";

/** orders ─► clean ─► report, and orders ─► audit, which reads another column. */
const models = [
  modelSpec("clean", ["orders"]),
  modelSpec("report", ["clean"]),
  modelSpec("audit", ["orders"]),
];
const lineages = [
  exposureOf("clean", lineageOf({ out: { id: "raw.orders.id", amount: "raw.orders.amount" } })),
  exposureOf(
    "report",
    lineageOf({
      out: { total: ["main.clean.amount", "aggregation"] },
      uses: [["group", "main.clean.id"]],
    }),
  ),
  exposureOf("audit", lineageOf({ out: { note: "raw.orders.note" } })),
];
const before = versionOf("id BIGINT!", "amount DOUBLE", "note VARCHAR");

const base: Situation = {
  sources: [sourceSpec("orders")],
  models,
  ruleSets: [defaultRoutes],
};

function decidedOn(
  latest: ReturnType<typeof versionOf>,
  more: Partial<Situation> = {},
  exposures = lineages,
): Decided {
  return run({
    ...base,
    profiles: [profileOf("orders", { fingerprint: hashText("v2") })],
    drift: driftInput([driftOf("orders", before, latest)], exposures),
    ...more,
  });
}

function routes({ blueprint }: Decided): { readonly clean?: string | null } {
  return Object.fromEntries(
    ["clean", "report", "audit"].map((name) => [
      name,
      blueprint.segments.get(name)?.route?.to ?? null,
    ]),
  );
}

describe("the default routes", () => {
  test("pass what nobody reads", () => {
    const added = decidedOn(versionOf("id BIGINT!", "amount DOUBLE", "note VARCHAR", "more DATE"));
    expect(routes(added)).toEqual({ clean: "pass", report: null, audit: "pass" });
    expect(nextLags(added).get("clean")).toEqual({});
  });

  test("adapt what a view can give back, and run what is behind it unchanged", () => {
    const renamed = decidedOn(versionOf("id BIGINT!", "Amount_ DOUBLE", "note VARCHAR"));
    expect(routes(renamed)).toEqual({ clean: "adapt", report: null, audit: "pass" });
    const { route } = renamed.blueprint.segments.get("clean") ?? {};
    expect(route?.adapters[0]?.columns[1]).toEqual({
      name: "amount",
      type: "DOUBLE",
      from: ["Amount_", "amount"],
      isCast: false,
      isTainted: false,
    });
    expect(renamed.blueprint.segments.get("report")?.tasks[0]?.state).toBe("active");
  });

  test("go on adapting in later cycles without being asked again", () => {
    const latest = versionOf("id BIGINT!", "Amount_ DOUBLE", "note VARCHAR");
    const first = decidedOn(latest);
    const exposures = withLags(lineages, nextLags(first));
    const drift = driftInput([driftOf("orders", latest, latest, { older: [before] })], exposures);
    const second = decidedOn(latest, { drift });
    expect(routes(second)).toEqual({ clean: "adapt", report: null, audit: null });
    expect(second.blueprint.segments.get("clean")?.route?.by).toBe("routes/adapt-rewritable");
    expect(nextLags(second)).toEqual(new Map([...nextLags(first)]));
  });

  test("read the new shape again once the model's code asks for it", () => {
    const latest = versionOf("id BIGINT!", "Amount_ DOUBLE", "note VARCHAR");
    const lags = nextLags(decidedOn(latest));
    const edited = [
      exposureOf(
        "clean",
        lineageOf({ out: { id: "raw.orders.id", amount: "raw.orders.Amount_" } }),
      ),
      ...lineages.slice(1),
    ];
    const drift = driftInput(
      [driftOf("orders", latest, latest, { older: [before] })],
      withLags(edited, lags),
    );
    const [first, ...others] = models;
    const code = hashText("reads Amount_");
    const second = decidedOn(latest, {
      drift,
      models: [{ ...(first ?? modelSpec("clean", ["orders"])), code }, ...others],
    });
    expect(routes(second)).toEqual({ clean: null, report: null, audit: null });
    expect(second.blueprint.segments.get("clean")?.tasks[0]?.state).toBe("active");
    expect(nextLags(second).get("clean")).toEqual({});
  });

  test("let a model read the old name beside the new one, for the rows of before", () => {
    const both = [
      exposureOf(
        "clean",
        lineageOf({
          out: { id: "raw.orders.id", amount: ["raw.orders.Amount_", "transformation"] },
          uses: [["conditional", "raw.orders.amount"]],
        }),
      ),
      ...lineages.slice(1),
    ];
    const latest = versionOf("id BIGINT!", "Amount_ DOUBLE", "note VARCHAR");
    expect(routes(decidedOn(latest, {}, both)).clean).toBeNull();
  });

  test("ask before a column goes that is read, and run the rest", () => {
    const dropped = decidedOn(versionOf("id BIGINT!", "note VARCHAR"));
    expect(routes(dropped)).toEqual({ clean: "negotiate", report: null, audit: "pass" });
    expect(dropped.blueprint.segments.get("clean")?.tasks[0]?.bypass).toEqual({
      reason: "isolated",
      by: "routes/ask-breaking",
    });
    const [proposal, ...others] = proposeChanges(dropped);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      source: "orders",
      changes: [{ kind: "dropped", column: "amount" }],
      affected: [{ model: "clean", gate: "breaks" }],
      otherwise: "reject",
    });
  });
});

describe("an answer", () => {
  const latest = versionOf("id BIGINT!", "note VARCHAR");
  const [proposal] = proposeChanges(decidedOn(latest));
  const answered = (answer: "accept" | "reject", route: "pass" | "adapt" | null) => {
    if (proposal === undefined) throw new TypeError("there is a proposal");
    const response = { answer, route, by: "ann", at: 1, reason: null };
    const drift = driftInput([driftOf("orders", before, latest)], lineages, [
      { ...proposal, responses: [response] },
    ]);
    return decidedOn(latest, { drift });
  };

  test("lets the models run as agreed, and nothing asks again", () => {
    const accepted = answered("accept", "adapt");
    expect(routes(accepted)).toEqual({ clean: "adapt", report: "pass", audit: "pass" });
    expect(accepted.blueprint.segments.get("clean")?.tasks[0]?.state).toBe("active");
    expect(proposeChanges(accepted)).toEqual([]);
    const exposures = withLags(lineages, nextLags(accepted));
    const drift = driftInput([driftOf("orders", latest, latest, { older: [before] })], exposures);
    expect(routes(decidedOn(latest, { drift })).clean).toBe("adapt");
  });

  test("that rejects keeps them stopped", () => {
    expect(routes(answered("reject", null)).clean).toBe("isolate");
  });
});

describe("once raw has the new shape", () => {
  const answer = (
    first: Decided,
    latest: ReturnType<typeof versionOf>,
    route: "pass" | "adapt",
  ): Decided => {
    const proposals = proposeChanges(first).map((proposal) => ({
      ...proposal,
      responses: [{ answer: "accept", route, by: "ann", at: 1, reason: null } as const],
    }));
    const exposures = withLags(lineages, nextLags(first));
    const drift = driftInput(
      [driftOf("orders", latest, latest, { older: [before] })],
      exposures,
      proposals,
    );
    return decidedOn(latest, { drift });
  };

  test("what people agreed to adapt is adapted, though there are no rows to ask any more", () => {
    const latest = versionOf("id BIGINT!", "amount VARCHAR", "note VARCHAR");
    const second = answer(decidedOn(latest), latest, "adapt");
    const { route } = second.blueprint.segments.get("clean") ?? {};
    expect(route?.to).toBe("adapt");
    expect(route?.adapters[0]?.columns[1]).toMatchObject({ name: "amount", isCast: true });
  });

  test("who reads a stopped model is judged when that is let go, and not before", () => {
    const latest = versionOf("id BIGINT!", "amount VARCHAR", "note VARCHAR");
    const first = decidedOn(latest);
    expect(routes(first)).toEqual({ clean: "negotiate", report: null, audit: "pass" });
    expect(Object.keys(nextLags(first).get("report") ?? {})).toEqual(["orders"]);
    const second = answer(first, latest, "pass");
    expect(routes(second)).toMatchObject({ clean: "pass", audit: null });
    expect(second.blueprint.segments.get("report")?.route).not.toBeNull();
  });
});

test("a rule's own route wins over the default one", () => {
  const mine = rulesOf([
    { id: "stop", for: "model", when: "drift.open", then: [{ route: "isolate" }] },
  ]);
  const decided = decidedOn(versionOf("id BIGINT!", "amount DOUBLE", "note VARCHAR", "x DATE"), {
    ruleSets: [defaultRoutes, ...mine],
  });
  expect(routes(decided)).toEqual({ clean: "isolate", report: null, audit: "isolate" });
});

test("a decision with drift is stored and made again byte for byte", () => {
  const decided = decidedOn(versionOf("id BIGINT!", "note VARCHAR"));
  const objects = new Map([...decisionObjects(decided)].map(({ id, value }) => [id, value]));
  const loaded = loadDecideInput(decided.record, (id) => objects.get(id));
  if (!loaded.ok) throw new TypeError(loaded.detail);
  expect(decide(loaded.input).record).toEqual(decided.record);
});

test("deciding again after a change of schema gives what deciding anew gives", () => {
  const shapes = [
    before,
    versionOf("id BIGINT!", "amount DOUBLE", "note VARCHAR", "more DATE"),
    versionOf("id BIGINT!", "Amount_ DOUBLE", "note VARCHAR"),
    versionOf("id BIGINT!", "note VARCHAR"),
    versionOf("id VARCHAR", "amount DOUBLE", "note VARCHAR"),
  ];
  for (const first of shapes) {
    for (const second of shapes) {
      const input = inputOf({
        ...base,
        drift: driftInput([driftOf("orders", before, second)], lineages),
      });
      expect(decideAgain(decidedOn(first), input).record).toEqual(decide(input).record);
    }
  }
});
