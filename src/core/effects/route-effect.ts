import { z } from "zod";
import { type RouteKind, routeKinds } from "../routes/route.ts";
import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind, strongest } from "./merge-law.ts";

const to = z.enum(routeKinds);

const form = z.union([
  to,
  z.strictObject({
    to: to.describe("pass, adapt, negotiate or isolate."),
    because: z.string().min(1).optional().describe("Shown to whoever asks why."),
    deadline: durationForm
      .optional()
      .describe("How long a negotiation waits for an answer; without it, for ever."),
    otherwise: z
      .enum(["accept", "reject"])
      .default("reject")
      .describe("What happens when nobody answered by then."),
    meanwhile: z
      .enum(["last_good", "wait"])
      .default("last_good")
      .describe("What readers do until then: run on the model's last good data, or wait too."),
  }),
]);

const law: MergeLaw = {
  text: "The higher rule priority wins; of equal priority the stronger: isolate, negotiate, adapt, pass. Of equal routes the one that waits longer, and rejects.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "route"));
    const first = top.toSorted(
      (left, right) => strictness(right.effect) - strictness(left.effect),
    )[0];
    if (first === undefined) return {};
    const { kind: _kind, ...value } = strictest(
      top.map(({ effect }) => effect).filter((effect) => effect.to === first.effect.to),
    );
    return { route: attribute(value, top, (effect) => effect.to === value.to) };
  },
};

function strictness({ to: kind }: EffectOf<"route">): number {
  return routeKinds.indexOf(kind);
}

/** One effect for several of one route: each option at its safest. */
function strictest(effects: readonly EffectOf<"route">[]): EffectOf<"route"> {
  return effects.reduce((left, right) => ({
    kind: "route",
    to: left.to,
    because: smaller(left.because, right.because),
    deadlineMs: longer(left.deadlineMs, right.deadlineMs),
    otherwise: left.otherwise === "reject" ? "reject" : right.otherwise,
    meanwhile: left.meanwhile === "wait" ? "wait" : right.meanwhile,
  }));
}

function smaller(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left < right ? left : right;
}

/** `null` waits for ever. */
function longer(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.max(left, right);
}

function written(kind: RouteKind): z.output<typeof form> & object {
  return { to: kind, otherwise: "reject", meanwhile: "last_good" };
}

/** What becomes of a subject that a change of schema reaches. */
export const routeEffect: EffectSpec<EffectOf<"route">, typeof form> = {
  kind: "route",
  summary:
    "What becomes of a model that a change of schema reaches: `pass` reads the new shape, `adapt` " +
    "reads the old one through a view, `negotiate` asks its owners, `isolate` stops it. A source " +
    "can only be isolated.",
  form,
  toEffect: (given) => {
    const route = typeof given === "string" ? written(given) : given;
    return {
      kind: "route",
      to: route.to,
      because: route.because ?? null,
      deadlineMs: route.deadline === undefined ? null : durationMs(route.deadline),
      otherwise: route.otherwise,
      meanwhile: route.meanwhile,
    };
  },
  subjects: ["source", "model"],
  law,
  // A rule that cannot be judged must not let a change through; one that lets it through is not missed.
  whenUndetermined: "ignored",
  order: 12,
  shape: (draft) => draft,
};
