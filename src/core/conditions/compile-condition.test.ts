import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileCondition } from "./compile-condition.ts";
import type { Condition, ConditionProblem, ConditionScope, Verdict } from "./condition.ts";
import { expandTrace } from "./trace.ts";

const scope: ConditionScope = {
  variables: {
    now: z.number().meta({ cel: "timestamp" }),
    source: z.strictObject({
      name: z.string(),
      kind: z.enum(["file", "table"]),
      tier: z.int().describe("0 is the most critical."),
      owner: z.string().nullable(),
      tags: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
      volume: z.strictObject({ rows: z.int().nullable(), bytes: z.int().nullable() }),
      freshness: z.strictObject({
        changed_at: z.number().meta({ cel: "timestamp" }).nullable(),
        lag: z.number().nullable(),
        expected: z.number().nullable(),
      }),
      columns: z.array(z.strictObject({ name: z.string(), nullable: z.boolean().nullable() })),
    }),
    params: z.strictObject({ small_rows: z.int(), names: z.array(z.string()) }),
  },
};

const facts = {
  now: Date.UTC(2026, 2, 1, 10),
  source: {
    name: "flights",
    kind: "file",
    tier: 0,
    owner: null,
    tags: ["pii", "daily"],
    labels: { region: "eu" },
    volume: { rows: null, bytes: 5 },
    freshness: { changed_at: Date.UTC(2026, 2, 1), lag: 9120, expected: 3600 },
    columns: [
      { name: "a", nullable: true },
      { name: "b", nullable: null },
    ],
  },
  params: { small_rows: 50_000, names: ["a"] },
};

function compile(text: string): Condition {
  const result = compileCondition(text, scope);
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return result.condition;
}

function decide(text: string): Verdict | string {
  const verdict = compile(text).evaluate(facts);
  return verdict.outcome === "undetermined" ? verdict : verdict.outcome;
}

function problemOf(text: string): ConditionProblem {
  const result = compileCondition(text, scope);
  if (result.ok) throw new Error(`${text} compiled`);
  return result.problem;
}

const unknown = (...missing: string[]) => ({ outcome: "undetermined", missing, error: null });

describe("a condition over known facts", () => {
  test.each([
    'source.kind == "file" && source.tier == 0',
    "source.freshness.lag > 7200",
    "source.freshness.lag > source.freshness.expected * 2",
    "source.freshness.lag > source.freshness.expected * 2.0",
    "source.tier + 0.5 < 1",
    'now - source.freshness.changed_at > duration("6h")',
    'source.freshness.changed_at + duration("10h") == now',
    'now > timestamp("2026-02-28T23:59:59Z")',
    'now.getFullYear() == 2026 && now.getHours("+02:00") == 12',
    'source.tags.exists(t, t == "pii") && source.tags.all(t, size(t) > 2)',
    'source.tags.exists_one(t, t.startsWith("d"))',
    'source.tags.filter(t, t.contains("i")).map(t, t + "!") == ["pii!", "daily!"]',
    'source.labels.region == "eu" && "region" in source.labels && !has(source.labels.city)',
    'source["kind"] in ["file", "table"]',
    'source.name.matches("^fl[i]ghts$") && matches(source.name, "igh")',
    "source.freshness.lag in [1, 9120]",
    "source.columns.exists(c, c.nullable)",
    "params.small_rows / 3 == 16666 && -7 / 2 == -3 && -7 % 2 == -1",
    "9223372036854775807 - 1 == 9223372036854775806",
    "9007199254740993 != 9007199254740992.0",
    "dyn(1) == 1.0 && dyn([1, 'a'])[1] == 'a'",
  ])("%s holds", (text) => {
    expect(decide(text)).toBe("matched");
  });

  test.each([
    'source.kind == "table"',
    "source.freshness.lag <= 7200",
    "has(source.volume.rows)",
    "!has(source.volume.bytes)",
    "source.tags.size() == 3",
  ])("%s does not hold", (text) => {
    expect(decide(text)).toBe("not_matched");
  });
});

describe("a fact that is not known", () => {
  test("makes what needs it unknown, by its whole path", () => {
    expect(decide("source.volume.rows < params.small_rows")).toEqual(unknown("source.volume.rows"));
    expect(decide("source.volume.rows * 2 + 1 in [3]")).toEqual(unknown("source.volume.rows"));
  });

  test("is united with others in name order, each once", () => {
    const text = 'source.volume.rows > 1 || source.owner == "x" || source.volume.rows > 2';
    expect(decide(text)).toEqual(unknown("source.owner", "source.volume.rows"));
  });

  test("is absorbed where the outcome does not depend on it", () => {
    expect(decide('source.volume.rows > 1 && source.kind == "table"')).toBe("not_matched");
    expect(decide("source.volume.rows > 1 || source.tier == 0")).toBe("matched");
    expect(decide("source.volume.rows > 1 ? source.tier == 0 : source.tier < 1")).toBe("matched");
  });

  test("leaves a ternary open when its branches differ or its condition might fail", () => {
    const missing = unknown("source.volume.rows");
    expect(decide("source.volume.rows > 1 ? source.tier == 0 : source.tier == 1")).toEqual(missing);
    expect(decide("1 / source.volume.rows > 1 ? true : true")).toEqual(missing);
  });

  test("is what `has` guards against", () => {
    expect(decide("has(source.volume.rows) && source.volume.rows > 1")).toBe("not_matched");
    const nothing = compile("has(source.volume.rows)").evaluate({ source: { volume: null } });
    expect(nothing.outcome).toBe("not_matched");
  });

  test("may be a key that a record does not have, even one that every object inherits", () => {
    expect(decide("source.labels.city == 'x'")).toEqual(unknown("source.labels.city"));
    expect(decide("source.labels['city'] == 'x'")).toEqual(unknown("source.labels[]"));
    expect(decide("source.labels.constructor == 'x'")).toEqual(
      unknown("source.labels.constructor"),
    );
    expect(decide("has(source.labels.toString)")).toBe("not_matched");
  });

  test("inside of a list is named by the list", () => {
    expect(decide("source.columns.all(c, c.nullable)")).toEqual(
      unknown("source.columns[].nullable"),
    );
  });
});

describe("an error", () => {
  test("ends as undetermined with its cause", () => {
    const verdict = decide("1 / source.tier > 0");
    expect(verdict).toEqual({ outcome: "undetermined", missing: [], error: "division by zero" });
  });

  test("is absorbed by what decides without it", () => {
    expect(decide("1 / source.tier > 0 || source.tier == 0")).toBe("matched");
    expect(decide("1 / source.tier > 0 && source.tier == 1")).toBe("not_matched");
  });

  test.each([
    ["9223372036854775807 + params.small_rows > 0", "integer overflow"],
    ["source.tags[7] == 'x'", "index out of bounds"],
    ["{'a': 1}.b == 1", "no such key"],
  ])("%s is %s", (text, error) => {
    expect(decide(text)).toEqual({ outcome: "undetermined", missing: [], error });
  });

  test("never escapes, whatever the variables hold", () => {
    const condition = compile('source.volume.rows > 1 && source.tags.exists(t, t == "a")');
    for (const variables of [{}, { source: 7 }, { source: { volume: [], tags: "no" } }]) {
      expect(condition.evaluate(variables).outcome).not.toBe("matched");
    }
  });
});

describe("the budget", () => {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const many = { ...facts, params: { small_rows: 1, names } };

  test("ends a loop in a loop in a loop", () => {
    const text = "params.names.all(a, params.names.all(b, params.names.all(c, a != 'q')))";
    expect(compile(text).evaluate(many)).toEqual({
      outcome: "undetermined",
      missing: [],
      error: "budget exhausted: more than 500000 steps",
    });
  });

  test("is not absorbed by an operator beside it", () => {
    const text = "params.names.all(a, params.names.all(b, params.names.all(c, a != 'q'))) || true";
    expect(compile(text).evaluate(many).outcome).toBe("undetermined");
  });

  test("ends what creates too much", () => {
    const list = "params.names.map(a, params.names.map(b, params.names))";
    const verdict = compile(`${list}.size() > 0 && ${list}.size() > 0`).evaluate(many);
    expect(verdict).toMatchObject({ error: "budget exhausted: more than 100000 elements created" });
  });

  test("is whole again for the next evaluation", () => {
    const condition = compile("params.names.all(a, params.names.all(b, a != 'q'))");
    const outcomes = [many, many, many].map((variables) => condition.evaluate(variables).outcome);
    expect(outcomes).toEqual(["matched", "matched", "matched"]);
  });
});

describe("a condition that cannot be used", () => {
  test.each([
    ["source.volum.rows > 1", "volum", "Did you mean `volume`?"],
    ["has(source.volume.rws)", "rws", "Did you mean `rows`?"],
    ["sourc.tier == 0", "sourc", "Did you mean `source`?"],
    ['source.kind == "fil"', '"fil"', 'Did you mean `"file"`?'],
    ['source.kind in ["file", "tabel"]', '"tabel"', 'Did you mean `"table"`?'],
    ["source.owner == null", "null", "Write `!has(source.owner)`."],
    ['source.name.startWith("x")', 'source.name.startWith("x")', "Did you mean `startsWith`?"],
    ["source.tier", "source.tier", "Compare it with something, as in `… > 0`."],
    ['source.tier == "0"', 'source.tier == "0"', "Write `0` without quotes."],
    ['now - now > duration("6 hours")', '"6 hours"', 'Write, say, "90s" or "1h30m".'],
  ])("%s is a type problem at %s", (text, blamed, fix) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ code: "condition-type", fix });
    expect(text.slice(problem.start, problem.end)).toBe(blamed);
  });

  test.each([
    ["source.tier = 0", "=", "Write `==` to compare."],
    ["source.tier == 0 and true", "and", "Write `&&`."],
    ["(source.tier == 0", "", "Finish the expression: an operand or a closing bracket is missing."],
    ["", "", 'Write an expression that is true or false, such as `source.kind == "file"`.'],
  ])("%s is a syntax problem", (text, blamed, fix) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ code: "condition-syntax", fix });
    expect(text.slice(problem.start, problem.end)).toBe(blamed);
  });

  test.each([
    "source.name.matches(source.kind)",
    'now.getHours("Europe/Berlin") > 1',
    "type(source.tier) == int",
  ])("%s is not supported", (text) => {
    expect(problemOf(text).code).toBe("condition-unsupported");
  });

  test("that is longer than anyone reads is refused", () => {
    const text = `source.tier in [${"1,".repeat(6000)}1]`;
    expect(problemOf(text).code).toBe("condition-unsupported");
  });

  test("that holds a broken pattern says what is wrong with it", () => {
    const problem = problemOf('source.name.matches("^(fl")');
    expect(problem.message).toContain("missing closing )");
  });

  test("that is nested too deeply is refused, not run", () => {
    const text = `${"(".repeat(5000)}true${")".repeat(5000)}`;
    expect(problemOf(text).code).toBe("condition-unsupported");
  });
});

test("a pattern that makes backtracking engines hang is matched in linear time", () => {
  const condition = compile('source.name.matches("^(a+)+$")');
  const name = `${"a".repeat(5000)}!`;
  expect(condition.evaluate({ source: { name } }).outcome).toBe("not_matched");
});

test("a condition tells which facts it reads", () => {
  const text = 'now > now && (has(source.owner) || source.tags.exists(t, t == "x")) && now == now';
  expect(compile(text).reads).toEqual(["now", "source.owner", "source.tags"]);
});

describe("a trace", () => {
  const text = "(source.tier == 0 || source.volume.rows > 1) // why\n && !has(source.owner)";

  test("holds every sub-expression that was looked at, with its text and value", () => {
    const { verdict, trace } = compile(text).explain(facts);
    expect(verdict.outcome).toBe("matched");
    expect(trace).toEqual({
      text,
      value: { known: true },
      children: [
        {
          text: "source.tier == 0 || source.volume.rows > 1",
          value: { known: true },
          children: [
            {
              text: "source.tier == 0",
              value: { known: true },
              children: [{ text: "source.tier", value: { known: 0 }, children: [] }],
            },
            {
              text: "source.volume.rows > 1",
              value: { skipped: true },
              children: [{ text: "source.volume.rows", value: { skipped: true }, children: [] }],
            },
          ],
        },
        {
          text: "!has(source.owner)",
          value: { known: true },
          children: [{ text: "has(source.owner)", value: { known: false }, children: [] }],
        },
      ],
    });
  });

  test("names what was unknown, and what went wrong", () => {
    const { trace } = compile("source.volume.rows > 1 && 1 / source.tier > 0").explain(facts);
    expect(trace.value).toEqual({ unknown: ["source.volume.rows"] });
    expect(trace.children[1]?.value).toEqual({ error: "division by zero" });
  });

  test("is kept as the facts that were read, and made whole again from them", () => {
    const condition = compile("now > timestamp('2026-01-01T00:00:00Z') && source.tags != []");
    const { verdict, values } = condition.evaluateWithTrace(facts);
    expect(verdict.outcome).toBe("matched");
    expect(values).toEqual([facts.now, ["pii", "daily"]]);
    expect(expandTrace(condition, values)).toEqual(condition.explain(facts).trace);
  });

  test("made whole again knows what was not known, and keeps nothing of what did not match", () => {
    const condition = compile("source.labels != {} && has(source.labels.x)");
    expect(condition.evaluateWithTrace(facts).values).toEqual([]);
    const open = compile("source.volume.rows > 1 && source.labels.region == 'eu'");
    const { values } = open.evaluateWithTrace(facts);
    expect(values).toEqual(["eu", null]);
    expect(expandTrace(open, JSON.parse(JSON.stringify(values)))).toEqual(
      open.explain(facts).trace,
    );
  });

  test("of a constant is its outcome", () => {
    expect(compile("true").explain(facts).trace).toEqual({
      text: "true",
      value: { known: true },
      children: [],
    });
  });
});
