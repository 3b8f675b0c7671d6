import { describe, expect, test } from "vitest";
import type { Task } from "../../src/core/decide/blueprint.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { Decided } from "../../src/core/decide/decided.ts";
import { decisionOf } from "../../src/core/decide/decision-of.ts";
import { diffBlueprints } from "../../src/core/decide/diff-blueprints.ts";
import { explainTask } from "../../src/core/decide/why.ts";
import type { WhyLink } from "../../src/core/decide/why-report.ts";
import { standingOf } from "../../src/core/signals/standing.ts";
import { canonicalJson } from "../../src/core/std/canonical-json.ts";
import { hashText } from "../../src/core/std/hash.ts";
import { signalOf } from "../support/arbitrary-signal.ts";
import {
  historyAfter,
  hourMs,
  inputOf,
  modelSpec,
  noon,
  profileOf,
  rulesOf,
  type Situation,
  sourceSpec,
} from "../support/decide-fixture.ts";

/**
 * A shop with most of what a decision may meet. Its first cycle runs everything; two hours later
 * one thing or another has happened to each of its sources. The files beside this one hold what
 * people are then told; `npx vitest run test/golden -u` writes them anew.
 */
const shop: Situation = {
  sources: [
    sourceSpec("orders", { tier: 0, strategy: "merge", key: ["id"], cadenceMs: hourMs }),
    sourceSpec("customers", { connection: "crm", tier: 1 }),
    sourceSpec("clicks", { tier: 3, origin: "discovered" }),
    sourceSpec("rates", { connection: "bank", cadenceMs: hourMs }),
    sourceSpec("stores"),
    sourceSpec("regions"),
    sourceSpec("archive", { demand: "when_used" }),
  ],
  profiles: [
    profileOf("orders", { volume: rows(6_500_000), changedAt: noon - 3 * hourMs }),
    profileOf("clicks", { volume: rows(90_000_000), reliability: shaky(4) }),
    profileOf("stores", { volume: rows(120) }),
    profileOf("regions", { volume: rows(8) }),
  ],
  models: [
    modelSpec("stg_orders", ["orders"], { materialize: "view" }),
    modelSpec("revenue", ["customers", { subject: "rates", onBypass: "last_good" }, "stg_orders"]),
    modelSpec("sessions", ["clicks"]),
    modelSpec("by_region", ["regions", "revenue", "stores"]),
    modelSpec("funnel", [
      { subject: "revenue", onBypass: "without" },
      { subject: "sessions", onBypass: "without" },
    ]),
  ],
  ruleSets: rulesOf(
    [
      {
        id: "small-together",
        for: "source",
        when: "source.volume.rows < params.small",
        then: [{ merge: { into: "small" } }],
      },
      {
        id: "large-apart",
        for: "source",
        when: "source.volume.rows > params.large",
        then: [{ split: { size: 2_000_000 } }],
      },
      {
        id: "late-critical",
        for: "source",
        when: "source.tier == 0 && source.freshness.lag > source.freshness.expected * 2.0",
        then: [{ notify: { severity: "warning", title: `\${source.name} is late` } }],
      },
      {
        id: "rest-shaky",
        for: "source",
        when: "source.reliability.consecutive_failures > 2 && source.tier >= 2",
        then: [{ bypass: { because: "it failed too often" } }],
      },
      {
        id: "keys",
        for: "source",
        when: "source.tier <= 1",
        then: [{ gate: { not_null: "id", on_fail: "quarantine" } }, { priority: 10 }],
      },
    ],
    { small: 1_000, large: 5_000_000 },
  ),
};

function rows(count: number) {
  return { rows: count, isExact: true, bytes: count * 80, files: 1, trend: null };
}

function shaky(consecutiveFailures: number) {
  return { attempts: 10, failureRate: 0.4, consecutiveFailures };
}

const first = decide(
  inputOf({ ...shop, profiles: shop.profiles?.filter(({ source }) => source !== "clicks") ?? [] }),
);

const twoHoursLater: Situation = {
  ...shop,
  at: noon + 2 * hourMs,
  history: historyAfter(first),
  profiles: [
    ...(shop.profiles ?? []),
    profileOf("customers", {
      connection: "crm",
      fingerprint: hashText("customers v2"),
      changedAt: noon + hourMs,
    }),
    profileOf("rates", {
      connection: "bank",
      presence: { state: "unreachable", code: "CONNECTION_FAILED", detail: "bank:443 refused" },
      fingerprint: null,
    }),
  ],
};

const second = decide(inputOf(twoHoursLater));

const word = { by: "ana", why: "the shop moves house", until: noon + 5 * hourMs };

/** The same, but for what operators say. */
const overridden = decide(
  inputOf({
    ...twoHoursLater,
    standing: standingOf(
      [
        signalOf({ type: "override.freeze", subject: "customers", data: word }),
        signalOf({ type: "override.bypass", subject: "stores", data: { ...word, until: null } }),
        signalOf({ type: "override.force", subject: "clicks", data: word }),
        signalOf({ type: "override.force", subject: "orders", data: word }),
      ],
      noon,
    ),
  }),
);

describe("a decision on a shop", () => {
  test("is told as a plan", async () => {
    await expect(plan(first)).toMatchFileSnapshot("decide/first-plan.txt");
    await expect(plan(second)).toMatchFileSnapshot("decide/second-plan.txt");
    await expect(plan(overridden)).toMatchFileSnapshot("decide/overridden-plan.txt");
  });

  test("is explained task by task", async () => {
    await expect(reasons(first)).toMatchFileSnapshot("decide/first-why.txt");
    await expect(reasons(second)).toMatchFileSnapshot("decide/second-why.txt");
    await expect(reasons(overridden)).toMatchFileSnapshot("decide/overridden-why.txt");
  });

  test("is recorded with the rules that spoke and what they saw", async () => {
    const decisions = ["orders", "clicks", "revenue"].map((subject) => decisionOf(second, subject));
    const text = JSON.stringify(JSON.parse(canonicalJson(decisions)), null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot("decide/second-decisions.txt");
  });

  test("is compared with the one before it", async () => {
    const { changed } = diffBlueprints(first, second);
    const lines = changed.map(
      ({ task, fields, cause }) =>
        `${task}: ${fields.map(({ field }) => field).join(", ")}\n  ${cause}`,
    );
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("decide/first-to-second.txt");
  });
});

function tasksOf({ blueprint }: Decided): readonly Task[] {
  return [...blueprint.segments.values()].flatMap((segment) => segment.tasks);
}

function plan(decided: Decided): string {
  const { id, batches } = decided.blueprint;
  const lines = tasksOf(decided).map((task) => {
    const after = task.after.map((edge) => `${edge.task} (${edge.onBypass})`).join(", ");
    const extras = [
      task.bypass === null ? "active" : `bypassed: ${task.bypass.reason} ${task.bypass.by ?? ""}`,
      after === "" ? "" : `after ${after}`,
      task.batch === null ? "" : `in ${task.batch}`,
      task.split === null ? "" : `in ${task.split.parts} parts`,
      task.safeguards.priority === 0 ? "" : `priority ${task.safeguards.priority}`,
      task.safeguards.gates.map((gate) => `gate ${gate.name} (${gate.onFail})`).join(", "),
    ];
    return `${task.id}: ${extras
      .filter((extra) => extra !== "")
      .join("; ")
      .trim()}`;
  });
  const groups = batches.map((batch) => `${batch.id} = ${batch.tasks.join(" + ")}`);
  return `${[`blueprint ${id}`, ...lines, ...groups].join("\n")}\n`;
}

function reasons(decided: Decided): string {
  const blocks = tasksOf(decided).map(({ id }) => {
    const why = explainTask(decided, id);
    if (why === null) return `${id} is not there`;
    const chain = why.chain.flatMap((link) => linkLines(link, "  "));
    const flip = why.flip === undefined ? [] : [`  ${why.flip}`];
    return [`${id} is ${why.state}: ${why.reason}`, ...chain, ...flip].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

function linkLines({ text, because }: WhyLink, indent: string): readonly string[] {
  return [`${indent}${text}`, ...because.flatMap((link) => linkLines(link, `${indent}  `))];
}
