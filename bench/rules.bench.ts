import { Environment, type ParseResult } from "@marcbachmann/cel-js";
import { z } from "zod";
import { compileCondition } from "../src/core/conditions/compile-condition.ts";
import type { Condition, TraceValues } from "../src/core/conditions/condition.ts";
import { type SourceFacts, sourceFactSchema } from "../src/core/rules/fact-schema.ts";
import type { BenchResult } from "./bench-result.ts";

const SOURCES = 10_000;
const RULES = 200;
const TERMS = 6;
const REPETITIONS = 7;

/**
 * Rules: 10,000 sources × 200 rules of six terms, all of distinct shape. Ours runs within its
 * budget and keeps the trace of what matched; theirs is parsed and type-checked beforehand, gets
 * its integers as it wants them (bigint), and keeps nothing. The verdicts are compared, all 2 million.
 */
export async function bench(): Promise<BenchResult[]> {
  const random = seeded(20_260_301);
  const sources = Array.from({ length: SOURCES }, (_, index) => makeSource(index, random));
  const texts = makeRules(random);
  const ours = texts.map(compileOurs);
  const theirs = texts.map((text) => theirEnvironment().parse(text));
  const ourFacts = sources.map((source) => ({ source, params }));
  const theirFacts = sources.map((source) => toBigints({ source, params }));
  const verdicts = {
    ours: new Uint8Array(SOURCES * RULES),
    theirs: new Uint8Array(SOURCES * RULES),
  };
  const times = { ours: [] as number[], theirs: [] as number[], ratios: [] as number[] };
  for (let repetition = -1; repetition < REPETITIONS; repetition += 1) {
    const our = timed(() => runOurs(ours, ourFacts, verdicts.ours));
    const their = timed(() => runTheirs(theirs, theirFacts, verdicts.theirs));
    // The first round warms both up.
    if (repetition < 0) continue;
    times.ours.push(our);
    times.theirs.push(their);
    times.ratios.push(our / their);
  }
  if (!verdicts.ours.every((verdict, index) => verdict === verdicts.theirs[index])) {
    throw new Error("The verdicts differ: the measurement means nothing.");
  }
  const matched = verdicts.ours.reduce((sum, verdict) => sum + verdict, 0);
  const share = Math.round((100 * matched) / verdicts.ours.length);
  const ratio = median(times.ratios);
  return [
    {
      name: `rules: ${SOURCES} sources × ${RULES} rules of ${TERMS} terms, ${share} % match and keep a trace`,
      ours: median(times.ours),
      theirs: median(times.theirs),
      ratio,
      unit: "ms",
      target: "at most 0.5 × the time of @marcbachmann/cel-js 8",
      isMet: ratio <= 0.5,
    },
  ];
}

function runOurs(
  rules: readonly Condition[],
  facts: readonly Readonly<Record<string, unknown>>[],
  verdicts: Uint8Array,
): TraceValues[] {
  const kept: TraceValues[] = [];
  let at = 0;
  for (const variables of facts) {
    for (const rule of rules) {
      const { verdict, values } = rule.evaluateWithTrace(variables);
      const isMatched = verdict.outcome === "matched";
      if (isMatched) kept.push(values);
      verdicts[at] = isMatched ? 1 : 0;
      at += 1;
    }
  }
  return kept;
}

function runTheirs(
  rules: readonly ParseResult[],
  facts: readonly Readonly<Record<string, unknown>>[],
  verdicts: Uint8Array,
): void {
  let at = 0;
  for (const variables of facts) {
    for (const rule of rules) {
      verdicts[at] = rule(variables) === true ? 1 : 0;
      at += 1;
    }
  }
}

const params = { small_rows: 50_000, tiers: ["gold"], share: 0.25 };

const scope = {
  variables: {
    source: sourceFactSchema,
    params: z.strictObject({
      small_rows: z.int(),
      tiers: z.array(z.string()),
      share: z.number(),
    }),
  },
};

function compileOurs(text: string): Condition {
  const result = compileCondition(text, scope);
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return result.condition;
}

/** Variables without a type are its fastest: declared ones are checked and copied when read. */
function theirEnvironment(): Environment {
  return new Environment({ unlistedVariablesAreDyn: true });
}

/** Their ints are bigints; a fact that conditions compare as a double stays a number. */
function toBigints(value: unknown, key = ""): Readonly<Record<string, unknown>> {
  const convert = (held: unknown, name: string): unknown => {
    if (Array.isArray(held)) return held;
    if (typeof held === "object" && held !== null) return toBigints(held, name);
    const isDouble = ["lag", "expected", "trend", "failure_rate", "share"].includes(name);
    return typeof held === "number" && !isDouble ? BigInt(held) : held;
  };
  const entries = Object.entries(Object(value)).map(([name, held]) => [name, convert(held, name)]);
  return key === "" ? Object.fromEntries(entries) : Object.fromEntries(entries);
}

type Random = () => number;

/** A small generator of numbers between 0 and 1, the same for the same seed (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** Terms as people write them; each takes a number or word, so that shapes and values differ. */
const terms: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  (random) => `source.kind == "${pick(random, ["file", "table"])}"`,
  (random) => `source.tier ${pick(random, ["==", "<=", ">"])} ${Math.floor(random() * 4)}`,
  (random) => `source.volume.rows ${pick(random, ["<", ">="])} ${Math.floor(random() * 1e6)}`,
  () => "source.volume.rows < params.small_rows",
  (random) => `source.volume.bytes > ${Math.floor(random() * 1e9)}`,
  (random) => `source.freshness.lag > ${Math.floor(random() * 20_000)}`,
  (random) =>
    `source.freshness.lag > source.freshness.expected * ${1 + Math.floor(random() * 4)}.0`,
  (random) => `source.change != "${pick(random, ["new", "changed", "unchanged"])}"`,
  (random) => `source.owner in ["${pick(random, ["sales", "ops"])}", "finance", "web"]`,
  (random) => `source.name.startsWith("${pick(random, ["a", "b", "c"])}")`,
  (random) => `source.volume.trend >= ${(0.5 + random()).toFixed(2)}`,
  (random) => `source.reliability.failure_rate <= ${random().toFixed(2)}`,
  (random) => `source.reliability.consecutive_failures < ${1 + Math.floor(random() * 5)}`,
  (random) => `source.quality.failed_checks ${pick(random, ["==", ">"])} 0`,
  () => "source.reliability.failure_rate < params.share",
  (random) => `source.consumers >= ${Math.floor(random() * 10)}`,
];

/** Six terms, joined by `&&` and `||` and parentheses in ever new ways. */
function makeRules(random: Random): readonly string[] {
  const shapes = new Map<string, string>();
  while (shapes.size < RULES) {
    const parts = Array.from({ length: TERMS }, () => {
      const term = pick(random, terms)(random);
      return random() < 0.15 ? `!(${term})` : term;
    });
    const text = joinTerms(parts, random);
    shapes.set(text.replaceAll(/[\d.]+|"\w+"/g, "_"), text);
  }
  return [...shapes.values()];
}

function joinTerms(parts: readonly string[], random: Random): string {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const cut = 1 + Math.floor(random() * (parts.length - 1));
  const operator = random() < 0.8 ? "&&" : "||";
  const left = joinTerms(parts.slice(0, cut), random);
  const right = joinTerms(parts.slice(cut), random);
  return `(${left}) ${operator} (${right})`;
}

function makeSource(index: number, random: Random): SourceFacts {
  const lag = Math.floor(random() * 40_000);
  return {
    name: `${pick(random, ["a", "b", "c", "d"])}_source_${index}`,
    connection: "warehouse",
    kind: pick(random, ["file", "table"]),
    origin: "declared",
    presence: "present",
    tier: Math.floor(random() * 4),
    owner: pick(random, ["sales", "ops", "finance", "web", "research"]),
    tags: [],
    contract: {
      declared: false,
      holds: true,
      violations: 0,
      broken: [],
      breaking: [],
      mode: null,
      latency: null,
    },
    change: pick(random, ["new", "changed", "unchanged"]),
    volume: {
      rows: Math.floor(random() * 2e6),
      bytes: Math.floor(random() * 2e9),
      files: 1,
      trend: random() * 2,
    },
    freshness: { changed_at: 1.7e12, lag, expected: 3600 },
    cadence: { declared: 3600, observed: 3600 },
    schema: { columns: ["a", "b"], changed: false },
    quality: { failed_checks: Math.floor(random() * 2), quarantined_rows: 0 },
    reliability: {
      attempts: 10,
      failure_rate: random(),
      consecutive_failures: Math.floor(random() * 6),
    },
    signals: { late: false },
    circuit: "closed",
    last_load: { at: 1.7e12, age: 60, rows: 10 },
    consumers: Math.floor(random() * 12),
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
