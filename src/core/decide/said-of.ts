import type { Quality } from "../metadata/profile.ts";
import type { StandingOverride } from "../signals/standing.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { Bypass, BypassReason } from "./blueprint.ts";
import type { SubjectHistory } from "./decide-input.ts";
import type { Classification } from "./facts.ts";
import type { CycleContext } from "./subject-node.ts";

/** Somebody's word on a subject that holds now. */
export function overrideOf({ input }: CycleContext, subject: string): StandingOverride | null {
  return input.standing.overrides.get(subject) ?? null;
}

/** Whether the cycle is about a subject. */
export function isInFocus({ focus }: Pick<CycleContext, "focus">, subject: string): boolean {
  return focus === null || focus.has(subject);
}

/** Why a subject will not run whatever rules, history and the source itself say. */
export function bypassSaid(context: CycleContext, subject: string): Bypass | null {
  if (!isInFocus(context, subject)) return { reason: "not_demanded", by: null };
  const override = overrideOf(context, subject);
  switch (override?.do) {
    case "bypass":
      return { reason: "override", by: override.by };
    case "freeze":
      return { reason: "frozen", by: override.by };
    case "force":
    case undefined:
      return null;
  }
}

/** What was declared, but for a tier that signals say is another one. */
export function declaredOf(
  { input }: CycleContext,
  spec: Classification & { readonly name: string },
): Classification {
  const said = input.standing.tiers.get(spec.name);
  return said === undefined || said.tier === spec.tier ? spec : { ...spec, tier: said.tier };
}

/** Quality as it was measured, unless signals know of something that is wrong since then. */
export function qualityKnown(
  { input }: CycleContext,
  subject: string,
  {
    measured,
    committedAt,
  }: { readonly measured: Quality | null; readonly committedAt: EpochMs | null },
): Quality | null {
  const said = input.standing.quality.get(subject);
  if (said === undefined || (committedAt !== null && said.at <= committedAt)) return measured;
  return { failedChecks: said.failedChecks, quarantinedRows: measured?.quarantinedRows ?? null };
}

/**
 * Identity of what a subject's table will hold. Somebody who forces it does not trust that the same
 * identity means the same content, so what is made then has one of its own: it is made once, and
 * its readers follow. It keeps that identity for as long as it would be made of the same.
 */
export function identityOf(
  fingerprint: Hash | null,
  override: StandingOverride | null,
  history: SubjectHistory | null,
): Hash | null {
  if (fingerprint === null) return null;
  if (override?.do === "force") return forcedIdentity(fingerprint, override);
  const output = history?.output ?? null;
  return output !== null && output.remakeOf === fingerprint ? output.fingerprint : fingerprint;
}

/** Identity of a content that is made anew because somebody said so. */
function forcedIdentity(fingerprint: Hash, { signal }: StandingOverride): Hash {
  return hashOf({ forced: signal, of: fingerprint });
}

/** Bypasses by which somebody, or the cycle itself, says that a subject is not wanted now. */
const unwanted: ReadonlySet<BypassReason> = new Set([
  "rule",
  "override",
  "frozen",
  "not_demanded",
  "pressure",
]);

/**
 * Whether the table of a subject that does not run is read as if it were current: it is frozen, or
 * it is merely not what the cycle is about. What keeps a subject out for reasons of its own still
 * does, whatever the cycle is about.
 */
export function isReadAsItStands(
  said: Bypass | null,
  own: Bypass | null,
  override: StandingOverride | null,
): boolean {
  if (said?.reason === "frozen" || override?.do === "freeze") return true;
  if (said?.reason !== "not_demanded" || override?.do === "bypass") return false;
  return own?.reason !== "rule" && own?.reason !== "isolated";
}

/** Whether a subject that is bypassed asks for nothing that it reads. */
export function isUnwanted(bypass: Bypass | null): boolean {
  return bypass !== null && unwanted.has(bypass.reason);
}
