import { describe, expect, test } from "vitest";
import {
  hourMs,
  later,
  modelSpec,
  noon,
  profileOf,
  rulesOf,
  run,
  type Situation,
  sourceSpec,
  task,
} from "../../../test/support/decide-fixture.ts";
import { hashText, shortHash } from "../std/hash.ts";
import type { Decided } from "./decided.ts";
import { explainTask } from "./why.ts";
import type { WhyLink, WhyReport } from "./why-report.ts";

function why(decided: Decided, id: string): WhyReport {
  const report = explainTask(decided, id);
  if (report === null) throw new Error(`no task ${id}`);
  return report;
}

function textsOf(links: readonly WhyLink[]): readonly string[] {
  return links.flatMap(({ text, because }) => [text, ...textsOf(because)]);
}

const sources = [sourceSpec("orders"), sourceSpec("customers")];
const changed = profileOf("customers", { fingerprint: hashText("customers v2") });

describe("an input whose fallback is asked", () => {
  const gone = profileOf("orders", { presence: { state: "missing", detail: "no such file" } });
  const models = [modelSpec("report", ["customers", { subject: "orders", onBypass: "last_good" }])];
  const fallback = (maxAge?: string) =>
    rulesOf([
      {
        id: "fb",
        for: "source",
        when: 'source.name == "orders"',
        then: [{ fallback: { use: "last_good", ...(maxAge && { max_age: maxAge }) } }],
      },
    ]);
  const afterHours = (hours: number, more: Situation): Decided =>
    run({
      ...later({ sources, models, ...more }, { profiles: [gone, changed] }),
      at: noon + hours * hourMs,
    });

  test("is refused by its rule and its age, and not by the edge, once that has passed", () => {
    const { reason, chain, flip } = why(
      afterHours(35 * 24, { ruleSets: fallback("6h") }),
      "report.transform",
    );
    expect(reason).toBe("upstream");
    expect(textsOf(chain)).toEqual([
      "report reads orders, which is not current; the fallback of core/fb allows 6h, and its data is 5w old.",
      "orders is missing: no such file.",
      'Rule core/fb matches: source.name == "orders"',
      "source.name is orders.",
    ]);
    expect(chain[0]?.evidence).toMatchObject({
      subject: "orders",
      fallback: { rules: ["core/fb"], maxAgeMs: 6 * hourMs, committedAt: noon },
    });
    expect(flip).toBe(
      "would run if orders were present, or the fallback of core/fb allowed data that is 5w old",
    );
  });

  test("is refused because there is nothing to fall back on, and no age would help", () => {
    const decided = run({ sources, models, profiles: [gone], ruleSets: fallback() });
    const { chain, flip } = why(decided, "report.transform");
    expect(chain[0]?.text).toBe(
      "report reads orders, which is not current; the fallback of core/fb has nothing good to offer.",
    );
    expect(flip).toBe("would run if orders were present");
  });

  test("is told to be read by that rule while it is fresh enough", () => {
    const ruleSets = fallback("6h");
    const first = later({ sources, models, ruleSets }, { profiles: [gone] });
    const { reason, chain } = why(run({ ...first, at: noon + 2 * hourMs }), "report.transform");
    expect(reason).toBe("up_to_date");
    expect(textsOf(chain)).toContain(
      "orders is read as it stands: the fallback of core/fb allows 6h, and its data is 2h old.",
    );
  });

  test("of any age is told without one", () => {
    const first = later({ sources, models, ruleSets: fallback() }, { profiles: [gone] });
    expect(textsOf(why(run(first), "report.transform").chain)).toContain(
      "orders is read as it stands: the fallback of core/fb allows any age, and its data is 1h old.",
    );
  });

  test("is told by the edge where no rule speaks", () => {
    const skipping = [modelSpec("report", ["customers", "orders"])];
    const { chain } = why(afterHours(1, { models: skipping }), "report.transform");
    expect(chain[0]?.text).toBe("report reads orders, which is not current; the edge says skip.");
    expect(chain[0]?.evidence).not.toHaveProperty("fallback");
  });
});

describe("words that come from elsewhere", () => {
  test.each([
    ["/data/a.csv is gone", "/data/a.csv is gone."],
    ["/data/a.csv is gone.", "/data/a.csv is gone."],
    ["has it left?", "has it left?"],
  ])("are ended once: %s", (detail, told) => {
    const profile = profileOf("orders", { presence: { state: "missing", detail } });
    const decided = run({ sources, profiles: [profile] });
    expect(why(decided, "orders.load").chain[0]?.text).toBe(`orders is missing: ${told}`);
  });

  test("are ended once also when a rule says them", () => {
    const ruleSets = rulesOf([
      {
        id: "no",
        for: "source",
        when: 'source.name == "orders"',
        then: [{ bypass: { because: "we moved away from it." } }],
      },
    ]);
    expect(why(run({ sources, ruleSets }), "orders.load").chain[0]?.text).toBe(
      "Rule core/no bypasses orders: we moved away from it.",
    );
  });
});

describe("a task that is up to date", () => {
  const models = [modelSpec("report", ["orders"])];
  const decided = run(later({ sources, models }));
  const shown = (id: string) => {
    const [top] = why(decided, id).chain;
    return { evidence: top?.evidence, says: top?.because[0]?.text };
  };

  test.each(["orders.extract", "orders.load", "report.transform"])(
    "shows the one fingerprint that was compared: %s",
    (id) => {
      const subject = id.slice(0, id.indexOf("."));
      const compared = decided.input.history.get(subject)?.output?.fingerprint ?? "";
      expect(shown(id)).toMatchObject({
        evidence: { fingerprint: compared },
        says: `Its fingerprint is the one that was committed: ${shortHash(compared)}.`,
      });
    },
  );

  test.each(["orders.verify", "report.check"])("shows what was measured: %s", (id) => {
    const { fingerprint } = task(decided, id);
    expect(shown(id)).toMatchObject({
      evidence: { fingerprint },
      says: `Its fingerprint is the one that was measured: ${shortHash(fingerprint ?? "")}.`,
    });
  });
});
