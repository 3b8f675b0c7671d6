import { z } from "zod";
import { isNeutral } from "../signals/standing.ts";
import { standingToJson } from "../signals/stored-standing.ts";
import { compareText } from "../std/compare.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Revises } from "./decided.ts";

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
    ...(focus === null ? {} : { focus: hashOf(namesToJson(focus)) }),
  };
}

/** What the record of a revision says of the decision that it revises. */
export function boundRevision(revises: Revises | null): {
  readonly base?: Hash;
  readonly open?: Hash;
} {
  if (revises === null) return {};
  return { base: revises.base.record.id, open: hashOf(namesToJson(revises.open)) };
}

/** Names of subjects, each once and in name order. */
export function namesToJson(names: readonly string[]): Json {
  return [...new Set(names)].sort(compareText);
}

/** Reads what `namesToJson` wrote. */
export const namesSchema = z.array(z.string());
