import { isCelError, run } from "@bufbuild/cel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { compileCondition } from "../../src/core/conditions/compile-condition.ts";
import type { Condition, Verdict } from "../../src/core/conditions/condition.ts";
import { expandTrace } from "../../src/core/conditions/trace.ts";

const scope = {
  variables: {
    a: z.int().nullable(),
    b: z.int().nullable(),
    d: z.number().nullable(),
    s: z.string().nullable(),
    t: z.string().nullable(),
    p: z.boolean().nullable(),
    q: z.boolean().nullable(),
    xs: z.array(z.int()).nullable(),
    ts: z.array(z.string()).nullable(),
    o: z.strictObject({ i: z.int().nullable(), s: z.string().nullable() }),
  },
};

const ints = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger());
const doubles = fc.oneof(fc.constantFrom(0, 0.5, -1.5, 1, 2, 1e18), fc.double({ noNaN: true }));
const texts = fc.constantFrom("", "a", "b", "ab", "ba", "é", "🐱a");

const knownFacts = fc.record({
  a: ints,
  b: ints,
  d: doubles,
  s: texts,
  t: texts,
  p: fc.boolean(),
  q: fc.boolean(),
  xs: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 4 }),
  ts: fc.array(texts, { maxLength: 3 }),
  o: fc.record({ i: ints, s: texts }),
});
type KnownFacts = typeof knownFacts extends fc.Arbitrary<infer T> ? T : never;

const quote = (text: string) => JSON.stringify(text);
const double = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

/** Texts of expressions, each of the type it is called by. `n` is the variable of a loop around. */
const expressions = fc.letrec<Record<"bool" | "int" | "double" | "text" | "ints", string>>(
  (tie) => ({
    int: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("a", "b", "o.i", "size(xs)", "size(s)"),
      fc.integer({ min: -4, max: 4 }).map(String),
      // Not the least int: the oracle negates it without noticing the overflow.
      fc.constantFrom("9223372036854775807", "9007199254740993", "-9223372036854775807"),
      fc
        .tuple(tie("int"), fc.constantFrom("+", "-", "*", "/", "%"), tie("int"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      tie("int").map((value) => `(-(${value}))`),
      tie("double").map((value) => `int(${value})`),
      fc.tuple(tie("ints"), tie("int")).map(([list, index]) => `${list}[${index}]`),
      fc.tuple(tie("bool"), tie("int"), tie("int")).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
    ),
    double: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant("d"),
      fc.constantFrom(0, 0.5, -2.25, 3, 1e17).map(double),
      fc
        .tuple(tie("double"), fc.constantFrom("+", "-", "*", "/"), tie("double"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      tie("int").map((value) => `double(${value})`),
    ),
    text: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("s", "t", "o.s"),
      texts.map(quote),
      fc.tuple(tie("text"), tie("text")).map(([left, right]) => `(${left} + ${right})`),
      tie("int").map((value) => `string(${value})`),
    ),
    ints: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant("xs"),
      fc.array(tie("int"), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
      fc.tuple(tie("ints"), tie("int")).map(([list, item]) => `${list}.map(n, n + ${item})`),
      tie("ints").map((list) => `${list}.filter(n, n % 2 == 0)`),
      fc.tuple(tie("ints"), tie("ints")).map(([left, right]) => `(${left} + ${right})`),
    ),
    bool: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("p", "q", "true", "false"),
      comparison(tie("int")),
      comparison(tie("double")),
      comparison(tie("text")),
      fc
        .tuple(tie("int"), fc.constantFrom("<", "<=", ">", ">="), tie("double"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(tie("bool"), fc.constantFrom("&&", "||"), tie("bool"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      tie("bool").map((value) => `!${value}`),
      fc.tuple(tie("bool"), tie("bool"), tie("bool")).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
      fc.tuple(tie("int"), tie("ints")).map(([item, list]) => `(${item} in ${list})`),
      fc.tuple(tie("text"), fc.constant("ts")).map(([item, list]) => `(${item} in ${list})`),
      fc
        .tuple(tie("text"), fc.constantFrom("contains", "startsWith", "endsWith"), tie("text"))
        .map(([text, name, part]) => `${text}.${name}(${part})`),
      fc
        .tuple(tie("ints"), fc.constantFrom("all", "exists", "exists_one"), tie("int"))
        .map(([list, macro, bound]) => `${list}.${macro}(n, 6 / n > ${bound})`),
      fc.tuple(tie("ints"), tie("ints")).map(([left, right]) => `(${left} == ${right})`),
    ),
  }),
);

function comparison(side: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(side, fc.constantFrom("==", "!=", "<", "<=", ">", ">="), side)
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
}

function compile(text: string): Condition {
  const result = compileCondition(text, scope);
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return result.condition;
}

/** The oracle's ints are bigints. */
function askOracle(text: string, facts: KnownFacts): boolean | "error" {
  const value = run(text, {
    ...facts,
    a: BigInt(facts.a),
    b: BigInt(facts.b),
    xs: facts.xs.map(BigInt),
    o: { i: BigInt(facts.o.i), s: facts.o.s },
  });
  if (isCelError(value)) return "error";
  if (typeof value !== "boolean") throw new Error(`${text} is no condition: ${String(value)}`);
  return value;
}

function outcomeOf(verdict: Verdict): boolean | "error" {
  return verdict.outcome === "undetermined" ? "error" : verdict.outcome === "matched";
}

test("3,000 generated conditions over known facts end as with another implementation of CEL", () => {
  const counts = { true: 0, false: 0, error: 0 };
  fc.assert(
    fc.property(expressions.bool, knownFacts, (text, facts) => {
      const outcome = outcomeOf(compile(text).evaluate(facts));
      counts[`${outcome}`] += 1;
      expect(outcome, text).toBe(askOracle(text, facts));
    }),
    { seed: 20_260_301, numRuns: 3_000 },
  );
  // Only a mix of all three says something.
  expect(Math.min(counts.true, counts.false, counts.error)).toBeGreaterThan(300);
}, 300_000);

/** Each fact kept, or taken away. */
const masks = fc.record({
  a: fc.boolean(),
  b: fc.boolean(),
  d: fc.boolean(),
  s: fc.boolean(),
  t: fc.boolean(),
  p: fc.boolean(),
  q: fc.boolean(),
  xs: fc.boolean(),
  ts: fc.boolean(),
  oi: fc.boolean(),
});

test("learning what was unknown never changes a verdict that was reached without it", () => {
  let determined = 0;
  fc.assert(
    fc.property(expressions.bool, knownFacts, masks, (text, facts, mask) => {
      const condition = compile(text);
      const partial = {
        a: mask.a ? null : facts.a,
        b: mask.b ? null : facts.b,
        d: mask.d ? null : facts.d,
        s: mask.s ? null : facts.s,
        t: mask.t ? null : facts.t,
        p: mask.p ? null : facts.p,
        q: mask.q ? null : facts.q,
        xs: mask.xs ? null : facts.xs,
        ts: mask.ts ? null : facts.ts,
        o: { ...facts.o, i: mask.oi ? null : facts.o.i },
      };
      const before = condition.evaluate(partial);
      if (before.outcome === "undetermined") return;
      determined += 1;
      expect(condition.evaluate(facts).outcome, text).toBe(before.outcome);
    }),
    { seed: 20_260_302, numRuns: 3_000 },
  );
  expect(determined).toBeGreaterThan(300);
}, 300_000);

test("no condition throws, whatever the variables hold", () => {
  const anything = fc.oneof(
    fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 1.5, 2n ** 70n),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const names = fc.constantFrom("a", "b", "d", "s", "t", "p", "q", "xs", "ts", "o");
  fc.assert(
    fc.property(expressions.bool, fc.dictionary(names, anything), (text, variables) => {
      const { outcome } = compile(text).evaluate(variables);
      expect(["matched", "not_matched", "undetermined"]).toContain(outcome);
    }),
    { seed: 20_260_304, numRuns: 1_500 },
  );
}, 300_000);

test("a trace made of the kept facts is the trace of the evaluation", () => {
  fc.assert(
    fc.property(expressions.bool, knownFacts, (text, facts) => {
      const condition = compile(text);
      const { verdict, values } = condition.evaluateWithTrace(facts);
      const explained = condition.explain(facts);
      expect(explained.verdict).toEqual(verdict);
      if (verdict.outcome === "not_matched") return;
      expect(expandTrace(condition, values)).toEqual(explained.trace);
    }),
    { seed: 20_260_303, numRuns: 1_000 },
  );
});
