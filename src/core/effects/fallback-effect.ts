import { z } from "zod";
import type { TaskKind } from "../project/project.ts";
import { unreachable } from "../std/unreachable.ts";
import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import {
  agree,
  attribute,
  type EffectOf,
  type MergeLaw,
  ofKind,
  rulesOf,
  strongest,
} from "./merge-law.ts";
import type { Fallback } from "./safeguards.ts";
import { withSafeguards } from "./subject-draft.ts";

const form = z.discriminatedUnion("use", [
  z.strictObject({
    use: z.literal("last_good").describe("What was loaded last, as it is."),
    max_age: durationForm.optional().describe("How old that data may be; without it, any age."),
  }),
  z.strictObject({
    use: z.literal("partial").describe("What did come, when that is enough."),
    min_share: z
      .number()
      .gt(0)
      .max(1)
      .describe("The least share of what was expected: more than 0, at most 1."),
  }),
  z.strictObject({
    use: z.literal("alternate").describe("What another source holds, in this one's table."),
    source: z.string().min(1).describe("The other source, by its name."),
  }),
]);

const law: MergeLaw = {
  text: "The higher rule priority wins; different fallbacks of equal priority are a conflict, and there is none.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "fallback"));
    const first = top[0]?.effect;
    if (first === undefined) return {};
    if (agree(top)) return { fallback: attribute(fallbackIn(first), top) };
    const outcome = "no fallback: models follow the policies of their edges";
    return { conflicts: [{ effect: "fallback", rules: rulesOf(top), outcome }] };
  },
};

/** The fallback alone, as a safeguard holds it. */
function fallbackIn(effect: EffectOf<"fallback">): Fallback {
  const { kind: _kind, ...fallback } = effect;
  return fallback;
}

function toFallback(given: z.output<typeof form>): Fallback {
  switch (given.use) {
    case "last_good": {
      const { use, max_age } = given;
      return { use, maxAgeMs: max_age === undefined ? null : durationMs(max_age) };
    }
    case "partial":
      return { use: given.use, minShare: given.min_share };
    case "alternate":
      return { use: given.use, source: given.source };
    default:
      return unreachable(given);
  }
}

/** What is done when a source does not come as it should. */
export const fallbackEffect: EffectSpec<EffectOf<"fallback">, typeof form> = {
  kind: "fallback",
  summary:
    "What is done when the source does not come as it should. `last_good`: models run on what its " +
    "table holds from its last success, if that is not older than `max_age`, and otherwise are " +
    "bypassed with it. `partial`: what did come is loaded, if it is at least `min_share` of what " +
    "was expected. `alternate`: another source is loaded into its table. Whatever is made with " +
    "it is marked as degraded.",
  form,
  toEffect: (given) => ({ kind: "fallback", ...toFallback(given) }),
  subjects: ["source"],
  law,
  // Stale data is used only on purpose.
  whenUndetermined: "ignored",
  order: 44,
  shape: (draft, { fallback }) => {
    if (fallback === null) return draft;
    const { value } = fallback;
    const isMeant = (kind: TaskKind) =>
      kind === "extract" || (kind === "load" && value.use === "last_good");
    return withSafeguards(draft, { fallback: value }, isMeant);
  },
};
