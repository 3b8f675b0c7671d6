import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkFormSchema, toGate } from "./check-form.ts";

const gate = (form: unknown) => toGate(checkFormSchema.parse(form), null);
const messages = (form: unknown) =>
  checkFormSchema.safeParse(form).error?.issues.map((issue) => issue.message) ?? [];

describe("a check as people write it", () => {
  test.each([
    [{ not_null: "id" }, "not_null_id", { kind: "not_null", column: "id" }],
    [{ unique: "id" }, "unique_id", { kind: "unique", columns: ["id"] }],
    [{ unique: ["a", "b"] }, "unique_a_b", { kind: "unique", columns: ["a", "b"] }],
    [{ row_count: { min: 1 } }, "row_count", { kind: "row_count", min: 1, max: null }],
    [
      { accepted_values: { column: "s", values: ["a", 1, null] } },
      "accepted_values_s",
      { kind: "accepted_values", column: "s", values: ["a", 1, null] },
    ],
    [
      { relationships: { column: "a", to: "airports", field: "iata" } },
      "relationships_a",
      { kind: "relationships", column: "a", to: "airports", field: "iata" },
    ],
  ])("%j becomes a gate named %s", (form, name, check) => {
    expect(gate(form)).toEqual({ name, check, onFail: "fail", by: null });
  });

  test("keeps a given name and consequence", () => {
    expect(gate({ expression: "a > 0", name: "positive", on_fail: "quarantine" })).toMatchObject({
      name: "positive",
      onFail: "quarantine",
    });
  });

  test("says what is missing when there is no kind, and what is too much when there are two", () => {
    expect(messages({ name: "x" })[0]).toContain("A check needs one of not_null");
    expect(messages({ not_null: "a", unique: "a" })[0]).toContain("not_null and unique");
  });

  test("refuses an unknown key and bounds that nothing can meet", () => {
    expect(messages({ not_nul: "a" }).join()).toContain("not_nul");
    expect(messages({ row_count: {} })[0]).toContain("needs `min`, `max` or both");
    expect(messages({ row_count: { min: 2, max: 1 } })[0]).toContain("no table can pass");
  });

  test("has a JSON Schema for editors", () => {
    expect(z.toJSONSchema(checkFormSchema, { io: "input" })).toMatchObject({ type: "object" });
  });
});
