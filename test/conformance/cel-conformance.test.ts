import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { readCases, reasonLeftOut, runCase } from "./conformance-test-case.ts";

const folder = new URL(
  "../../../shared/data/cel-conformance/tests/simple/testdata",
  import.meta.url,
).pathname;
const isAbsent = !existsSync(folder);

/** What the suite has and the condition language does not, with the number of tests about it. */
const leftOut = {
  "comprehensions of two variables": 46,
  "expressions that are not type-checked": 82,
  "extension libraries": 407,
  "names with a namespace": 16,
  "optional values": 59,
  "protobuf messages and enums": 734,
  "time zones by name": 5,
  "types as values": 32,
  "types deduced, not evaluated": 40,
};

/** Tests within the language that do not pass, by the reason why. */
const failing = {
  "the parser holds a bytes literal's characters beyond ASCII as single bytes": [
    "basic/self_eval_nonzeroish/self_eval_bytes_escape",
    "comparisons/eq_literal/eq_bytes",
    "comparisons/ne_literal/not_ne_bytes",
  ],
  "an int and a double are compared exactly, where the suite rounds the int first": [
    "comparisons/lt_literal/not_lt_dyn_int_big_lossy_double",
    "comparisons/gt_literal/not_gt_dyn_big_double_int",
    "comparisons/lte_literal/lte_dyn_big_double_int",
    "comparisons/gte_literal/gte_dyn_int_big_lossy_double",
  ],
  "the parser has no number without a digit before its point": [
    "comparisons/gt_literal/not_gt_double",
  ],
  "the parser's checker takes `has` of facts only": [
    "fields/map_has/has",
    "fields/map_has/has_not",
    "fields/map_has/has_empty",
  ],
  "the parser has no fields in backquotes": [
    "fields/quoted_map_fields/field_access_slash",
    "fields/quoted_map_fields/field_access_dash",
    "fields/quoted_map_fields/field_access_dot",
    "fields/quoted_map_fields/has_field_slash",
    "fields/quoted_map_fields/has_field_dash",
    "fields/quoted_map_fields/has_field_dot",
  ],
  "the parser has no raw bytes": [
    "parse/bytes_literals/raw_single_quoted_escapes",
    "parse/bytes_literals/raw_double_quoted_escapes",
    "parse/bytes_literals/raw_triple_single_quoted_escapes",
    "parse/bytes_literals/raw_triple_double_quoted_escapes",
    "parse/bytes_literals/upper_raw_single_quoted_escapes",
    "parse/bytes_literals/upper_raw_double_quoted_escapes",
    "parse/bytes_literals/upper_raw_triple_single_quoted_escapes",
    "parse/bytes_literals/upper_raw_triple_double_quoted_escapes",
  ],
  "the parser's checker takes duration + timestamp for a duration": [
    "timestamps/timestamp_arithmetic/add_time_to_duration",
  ],
};

test.skipIf(isAbsent)("1,009 of the 1,035 conformance tests within the language pass", () => {
  const cases = readCases(folder).filter((each) => reasonLeftOut(each) === null);
  const failures = cases.filter((each) => runCase(each) !== null).map((each) => each.name);
  expect(failures.sort()).toEqual(Object.values(failing).flat().sort());
  expect(cases.length).toBe(1035);
});

test.skipIf(isAbsent)("every other conformance test is left out for a reason", () => {
  const counts: Record<string, number> = {};
  for (const each of readCases(folder)) {
    const reason = reasonLeftOut(each);
    if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
  }
  expect(counts).toEqual(leftOut);
});
