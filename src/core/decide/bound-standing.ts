import { z } from "zod";
import { isNeutral } from "../signals/standing.ts";
import { standingToJson } from "../signals/stored-standing.ts";
import { compareText } from "../std/compare.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import type { DecideInput } from "./decide-input.ts";

/**
 * What a decision record says of signals and of what the cycle is about. Nothing where there is
 * nothing to say, so that a decision without them is the one that it always was.
 */
export function boundStanding({ standing, focus }: Pick<DecideInput, "standing" | "focus">): {
  readonly standing?: Hash;
  readonly focus?: Hash;
} {
  return {
    ...(isNeutral(standing) ? {} : { standing: hashOf(standingToJson(standing)) }),
    ...(focus === null ? {} : { focus: hashOf(focusToJson(focus)) }),
  };
}

/** The subjects that a cycle is about, each once and in name order. */
export function focusToJson(focus: DecideInput["focus"]): Json {
  return [...new Set(focus)].sort(compareText);
}

/** Reads what `focusToJson` wrote. */
export const focusSchema = z.array(z.string());
