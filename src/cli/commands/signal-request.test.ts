import { describe, expect, test } from "vitest";
import { noon } from "../../../test/support/decide-fixture.ts";
import { signalRequest, type TypedSignal } from "./signal-request.ts";

const hourMs = 3_600_000;

function typed(change: Partial<TypedSignal>): TypedSignal {
  const nothing = { data: null, why: null, until: null, isCancelling: false, id: null };
  return { type: "late", subject: "orders", ...nothing, now: noon, author: () => "ada", ...change };
}

describe("a signal as it is typed", () => {
  test("has a short name or a full one", () => {
    const full = { type: "source.late", subject: "orders", data: {}, source: "/sluice/cli" };
    expect(signalRequest(typed({}))).toEqual(full);
    expect(signalRequest(typed({ type: "source.late" }))).toEqual(full);
    expect(signalRequest(typed({ type: "dev.sluice.source.late" }))).toEqual(full);
    expect(signalRequest(typed({ id: "42" }))).toEqual({ ...full, id: "42" });
  });

  test("is a word with an author, a reason and an end", () => {
    expect(
      signalRequest(
        typed({ type: "freeze", why: "wrong prices", until: "6h", isCancelling: true }),
      ),
    ).toMatchObject({
      type: "override.freeze",
      data: {
        by: "ada",
        why: "wrong prices",
        until: new Date(noon + 6 * hourMs).toISOString(),
        cancel: true,
      },
    });
    const lift = { by: "ada", why: "fixed" };
    expect(signalRequest(typed({ type: "lift", why: "fixed" })).data).toEqual(lift);
  });

  test("carries what is said of it, flags over data", () => {
    const data = '{"until": "2026-01-31T00:00:00Z", "because": "x"}';
    expect(signalRequest(typed({ type: "opened", data, why: "refused" })).data).toEqual({
      until: "2026-01-31T00:00:00Z",
      because: "refused",
    });
  });

  test.each([
    [{ type: "laet" }, "Did you mean `late`?"],
    [{ type: "override.frieze" }, "Did you mean `override.freeze`?"],
    [{ data: "{tier: 0}" }, /double quotes/],
    [{ data: "[]" }, /an object/],
    [{ type: "freeze", until: "soon" }, /a span/],
    [{ type: "freeze", until: "2020-01-01" }, /to come/],
    [{ isCancelling: true }, /bypass, force and freeze/],
  ])("that is wrong in %j is refused, with what to do", (change, hint) => {
    const refusal = expect.objectContaining({
      code: "USAGE_INVALID",
      hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
    });
    expect(() => signalRequest(typed(change))).toThrow(refusal);
  });
});
