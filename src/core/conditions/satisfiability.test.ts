import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileCondition } from "./compile-condition.ts";
import { satisfiability } from "./satisfiability.ts";

const scope = {
  variables: {
    now: z.number().meta({ cel: "timestamp" }),
    source: z.strictObject({
      name: z.string(),
      kind: z.enum(["file", "table"]),
      tier: z.int(),
      tags: z.array(z.string()),
      changed: z.boolean().nullable(),
      rows: z.int().nullable(),
      lag: z.number(),
      expected: z.number().nullable(),
      changed_at: z.number().meta({ cel: "timestamp" }),
    }),
    params: z.strictObject({ small: z.int(), kinds: z.array(z.string()) }),
  },
};

function decide(...texts: string[]) {
  const nodes = texts.map((text) => {
    const result = compileCondition(text, scope);
    if (!result.ok) throw new Error(result.problem.message);
    return result.condition.root;
  });
  return satisfiability(nodes, { params: { small: 100, kinds: ["file"] } });
}

describe("a condition that can never hold", () => {
  test.each([
    "false",
    "source.rows > 5 && source.rows < 3",
    "source.rows > 3 && source.rows < 4",
    "source.lag >= 3.0 && source.lag < 3.0",
    'source.kind == "file" && source.kind == "table"',
    'source.kind != "file" && source.kind != "table"',
    'source.kind != "file" && !(source.kind in ["table"])',
    "source.tier in [0, 1] && source.tier > 1",
    "source.tier >= 0 && source.tier <= 1 && source.tier != 0 && source.tier != 1",
    "source.rows < params.small && source.rows > 200",
    "params.small > 100 && source.tier == 0",
    "source.changed && !source.changed",
    "!has(source.rows) && source.rows > 1",
    'source.name.startsWith("a") && !source.name.startsWith("a")',
    "(source.tier > 5 || source.tier < 1) && source.tier == 3",
    "source.tier == 0 ? source.tier > 1 : source.tier == 0",
  ])("is found out: %s", (text) => {
    // The ternary's two branches are dead, but its third way, an unknown tier, is not ruled out.
    expect(decide(text)).toBe(text.includes("?") ? "unknown" : "unsatisfiable");
  });
});

describe("a condition that can hold", () => {
  test.each([
    "true",
    "source.rows > 3 && source.rows < 5",
    "source.lag > 3.0 && source.lag < 4.0",
    "source.rows < params.small && has(source.rows)",
    "source.lag > source.expected * 2",
    'source.tags.exists(t, t == "pii") && source.kind in ["file"]',
    'source.kind in params.kinds && source.name.endsWith("_daily")',
    "!has(source.rows) || source.rows == 0",
    "source.tier == 0 ? source.rows > 7 : source.rows < 2",
    'now - source.changed_at > duration("1h")',
  ])("is shown by an example: %s", (text) => {
    expect(decide(text)).toBe("satisfiable");
  });
});

test("what it can neither prove nor show is unknown", () => {
  expect(decide('source.name.matches("^[0-9]{7}$")')).toBe("unknown");
});

describe("two conditions", () => {
  test("overlap when an example meets both", () => {
    expect(decide("source.rows < 50", 'source.kind == "file"')).toBe("satisfiable");
  });

  test("never meet when they divide the values between them", () => {
    expect(decide("source.rows < 50", "source.rows >= 50")).toBe("unsatisfiable");
    expect(decide('source.kind == "file"', 'source.kind == "table" && source.tier == 0')).toBe(
      "unsatisfiable",
    );
  });
});

test("a condition that is too large to take apart is unknown, and soon", () => {
  const pairs = Array.from(
    { length: 20 },
    (_, at) => `(source.tier == ${at} || source.rows == ${at})`,
  );
  expect(decide(`${pairs.join(" && ")} && source.lag > 1.0`)).toBe("unknown");
});

test("proves nothing by what exceeds the budget", () => {
  const many = "[1,2,3,4,5,6,7,8,9,10]";
  const nested = (depth: number): string =>
    depth === 0 ? "true" : `${many}.all(x${depth}, ${nested(depth - 1)})`;
  expect(decide(nested(2))).toBe("satisfiable");
  expect(decide(nested(7))).toBe("unknown");
  expect(decide(nested(7), "source.tier > 5 && source.tier < 3")).toBe("unsatisfiable");
});
