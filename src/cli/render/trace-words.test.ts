import fc from "fast-check";
import { expect, test } from "vitest";
import { profileOf } from "../../../test/support/decide-fixture.ts";
import { compileCondition } from "../../core/conditions/compile-condition.ts";
import type { Trace } from "../../core/conditions/condition.ts";
import { conditionScope } from "../../core/rules/condition-scope.ts";
import { traceWords } from "./trace-words.ts";

const params = { large: 2_000_000, days: 30, kinds: ["file"] };
const { volume } = profileOf("flights");

const variables = {
  now: Date.UTC(2026, 0, 1),
  params,
  source: {
    name: "flights",
    kind: "file",
    tier: 0,
    tags: ["reference"],
    change: "changed",
    volume: { ...volume, rows: 3_000_000, bytes: 64_123_456 },
    freshness: { changed_at: null, lag: 9_120, expected: 3_600 },
    schema: { columns: ["delay"], changed: true },
    consumers: 2,
  },
};

function words(text: string): string {
  const compiled = compileCondition(text, conditionScope("source", params));
  if (!compiled.ok) throw new Error(compiled.problem.message);
  return traceWords(compiled.condition.explain(variables).trace);
}

test.each([
  ["source.volume.rows > params.large", "rows 3,000,000 > 2,000,000"],
  ["source.volume.rows > 2000000", "rows 3,000,000 > 2,000,000"],
  ["2000000 < source.volume.rows", "2,000,000 < rows 3,000,000"],
  ["source.volume.bytes > 1000", "bytes 64.1 MB > 1.0 kB"],
  ['source.kind == "file"', 'kind == "file"'],
  ['source.kind != "table"', 'kind "file" != "table"'],
  ["source.tier == 0", "tier == 0"],
  ["source.schema.changed", "schema.changed"],
  ['"reference" in source.tags', '"reference" in tags ["reference"]'],
  ["source.freshness.lag > 7200.0", "lag 2h32m > 2h"],
  ["source.freshness.lag > source.freshness.expected * 2.0", "lag 2h32m > expected 1h * 2.0"],
  [
    'source.kind == "file" && source.volume.rows > params.large',
    'kind == "file" and rows 3,000,000 > 2,000,000',
  ],
  [
    '(source.tier == 3) || (source.kind == "file" && source.tier == 0)',
    'kind == "file" and tier == 0',
  ],
  [
    "source.consumers > 0 && (source.tier < 1 || source.tier > 8)",
    "consumers 2 > 0 and tier 0 < 1",
  ],
  ["!(source.consumers == 0)", "!(consumers 2 == 0)"],
])("%s is told as %s", (text, told) => {
  expect(words(text)).toBe(told);
});

test("whatever the trace, telling it ends, and on one line", () => {
  const { trace } = fc.letrec<{ trace: Trace }>((tie) => ({
    trace: fc.record({
      text: fc.string({ maxLength: 12 }),
      value: fc.oneof(
        fc.constant({ skipped: true as const }),
        fc.record({ known: fc.oneof(fc.boolean(), fc.integer(), fc.string()) }),
        fc.record({ unknown: fc.array(fc.string()) }),
      ),
      children: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constant([]),
        fc.array(tie("trace"), { maxLength: 3 }),
      ),
    }),
  }));
  fc.assert(
    fc.property(trace, (given) => {
      expect(traceWords(given)).not.toContain("\n");
    }),
  );
});
