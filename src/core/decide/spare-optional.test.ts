import { describe, expect, test } from "vitest";
import {
  inputOf,
  modelSpec,
  run,
  sourceSpec,
  states,
} from "../../../test/support/decide-fixture.ts";
import { noStanding, type Standing } from "../signals/standing.ts";
import { decideAgain } from "./decide-again.ts";
import { explainTask } from "./why.ts";

const optional = { optional: true } as const;

function pressed(level: 1 | 2 | 3, more: Partial<Standing> = {}): Standing {
  return { ...noStanding, pressure: new Map([["memory", { level, signal: "p1" }]]), ...more };
}

const shop = {
  sources: [
    sourceSpec("orders"),
    sourceSpec("clicks", optional),
    sourceSpec("lookup", { demand: "when_used" }),
    sourceSpec("vital", { ...optional, tier: 0 }),
  ],
  models: [
    modelSpec("revenue", ["orders"]),
    modelSpec("sessions", ["clicks"], optional),
    modelSpec("heat", ["sessions", "lookup"], optional),
  ],
};

describe("optional branches under pressure", () => {
  test("are left out at the heaviest level only, and ask for nothing then", () => {
    expect(new Set(Object.values(states(run({ ...shop, standing: pressed(2) }))))).toEqual(
      new Set(["active"]),
    );
    expect(states(run({ ...shop, standing: pressed(3) }))).toMatchObject({
      "orders.load": "active",
      "revenue.transform": "active",
      "clicks.extract": "pressure memory",
      "clicks.load": "pressure memory",
      "sessions.transform": "pressure memory",
      "heat.check": "pressure memory",
      "lookup.load": "not_demanded",
      "vital.load": "active",
    });
  });

  test("run where something that is not optional, or is of tier 0, reads them", () => {
    const models = [...shop.models, modelSpec("board", ["heat"], { ...optional, tier: 0 })];
    const found = states(run({ ...shop, models, standing: pressed(3) }));
    expect(new Set(Object.values(found))).toEqual(new Set(["active"]));
  });

  test("run where somebody forces them", () => {
    const word = { by: "ada", why: "today", until: null, signal: "o", cancel: false };
    const overrides = new Map([["clicks", { do: "force" as const, ...word }]]);
    expect(states(run({ ...shop, standing: pressed(3, { overrides }) }))).toMatchObject({
      "clicks.load": "active",
      "sessions.transform": "pressure memory",
    });
  });

  test("are bypassed with what runs short, and told so", () => {
    const decided = run({ ...shop, standing: pressed(3) });
    const why = explainTask(decided, "clicks.load");
    expect(why).toMatchObject({
      reason: "pressure",
      flip: "would run once the pressure is over",
      chain: [{ evidence: { resource: "memory", level: 3, signal: "p1" } }],
    });
    expect(why?.chain[0]?.text).toBe(
      "clicks is optional, and memory runs short: what is optional is left out.",
    );
  });

  test("are decided again alike when the pressure comes and goes", () => {
    const calm = run(shop);
    const under = inputOf({ ...shop, standing: pressed(3) });
    const again = decideAgain(calm, under);
    expect(again.blueprint.id).toBe(run({ ...shop, standing: pressed(3) }).blueprint.id);
    expect(decideAgain(again, inputOf(shop)).blueprint.id).toBe(calm.blueprint.id);
  });
});
