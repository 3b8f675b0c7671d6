import { z } from "zod";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";
import type { Notification } from "./merged-effects.ts";

const form = z.strictObject({
  severity: z.enum(["info", "warning", "critical"]).default("info").describe("How urgent it is."),
  title: z
    .string()
    .min(1)
    .describe("Paths in dollar and braces are filled in: source.name, params.limit, and so on."),
});

const law: MergeLaw = {
  text: "All of them.",
  merge: (contributions) => ({
    notifications: uniteNotifications(
      ofKind(contributions, "notify").map(({ effect, rule }) => ({
        severity: effect.severity,
        title: effect.title,
        by: rule,
      })),
    ),
  }),
};

/** Each notification once, in the order of rules and titles. */
export function uniteNotifications(all: readonly Notification[]): readonly Notification[] {
  const distinct = new Map(all.map((one) => [canonicalJson(one), one] as const));
  return [...distinct.values()].sort(
    (left, right) =>
      compareText(left.by, right.by) ||
      compareText(left.title, right.title) ||
      compareText(left.severity, right.severity),
  );
}

/** Tells people. Recorded with the decision; who reads the log sends it on. */
export const notifyEffect: EffectSpec<EffectOf<"notify">, typeof form> = {
  kind: "notify",
  summary: "Records a message with the decision, for whoever watches.",
  form,
  toEffect: ({ severity, title }) => ({ kind: "notify", severity, title }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 61,
  shape: (draft) => draft,
};
