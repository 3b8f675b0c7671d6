import { alternateFault } from "../effects/alternate-fault.ts";
import type { Fallback } from "../effects/safeguards.ts";
import type { Profile } from "../metadata/profile.ts";
import type { SourceSpec } from "../project/project.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { DecideInput, SubjectHistory } from "./decide-input.ts";
import { type Share, shareOf, shareText } from "./share.ts";

/**
 * How a source can be had in this cycle.
 *
 * - whole: as far as is known before it is read, all of it is there;
 * - part: less came than was expected, and a fallback says that it is enough;
 * - short: so little came that it is as if it had not;
 * - alternate: it cannot be had, and another source is read in its place;
 * - absent: it cannot be had.
 */
export type Supply =
  | { readonly state: "whole" }
  | { readonly state: "absent"; readonly because: string }
  | { readonly state: "part" | "short"; readonly share: Share }
  | {
      readonly state: "alternate";
      readonly from: SourceSpec;
      readonly profile: Profile;
      /** Why the source itself is not read. */
      readonly because: string;
    };

/** What a supply is judged by. */
export interface Supplying {
  readonly input: DecideInput;
  readonly spec: SourceSpec;
  readonly profile: Profile;
  readonly history: SubjectHistory | null;
  readonly fallback: Fallback | null;
  /** Somebody says that what is there is right as it is. */
  readonly isForced: boolean;
}

/** Finds how a source can be had, itself or by its fallback. */
export function supplyOf(supplying: Supplying): Supply {
  const { fallback, isForced } = supplying;
  if (fallback?.use === "partial" && !isForced) return partOf(supplying, fallback.minShare);
  const alternate = fallback?.use === "alternate" ? alternateOf(supplying, fallback.source) : null;
  return alternate ?? asItIs(supplying);
}

function asItIs({ profile: { presence } }: Supplying): Supply {
  return presence.state === "present"
    ? { state: "whole" }
    : { state: "absent", because: presence.state };
}

function partOf(supplying: Supplying, minShare: number): Supply {
  const { profile, spec, history } = supplying;
  const { presence, volume } = profile;
  const filesLeftOut = presence.state === "unreachable" ? (presence.filesLeftOut ?? 0) : 0;
  if (presence.state !== "present" && filesLeftOut === 0) return asItIs(supplying);
  const rows = volume.isExact && isReadWhole(spec) ? volume.rows : null;
  const files = volume.files ?? 0;
  const share = shareOf({ rows, files, filesLeftOut }, history?.usualRows ?? null);
  if (share === null || !share.isShort) return { state: "whole" };
  return { state: share.share >= minShare ? "part" : "short", share };
}

function alternateOf({ input, spec, profile }: Supplying, name: string): Supply | null {
  const because = absenceOf(input, spec, profile);
  const from = input.scope.sources.get(name);
  if (because === null || from === undefined || alternateFault(spec, from) !== null) return null;
  const other = input.snapshot.profiles.get(name)?.profile;
  if (other?.presence.state !== "present") return null;
  return { state: "alternate", from, profile: other, because };
}

/** Why a source cannot be had; `null` when it can. */
function absenceOf(
  { standing }: DecideInput,
  { connection }: SourceSpec,
  { presence }: Profile,
): string | null {
  if (presence.state !== "present") return presence.state;
  return standing.circuits.has(connection) ? `held off by the open circuit of ${connection}` : null;
}

/** Whether each load of a source reads all of it, so that its rows can be compared with before. */
export function isReadWhole({ strategy }: Pick<SourceSpec, "strategy">): boolean {
  return strategy === "replace";
}

/** Identity of what is loaded of a source that came in part: never that of all of it. */
export function partFingerprint(whole: Hash | null): Hash | null {
  return whole === null ? null : hashOf({ partOf: whole });
}

/** What a supply makes of a source's result, in words; `null` when it is as it should be. */
export function supplyText(subject: string, supply: Supply): string | null {
  switch (supply.state) {
    case "part":
      return `${subject} came with ${shareText(supply.share)}`;
    case "alternate":
      return `${subject} is ${supply.because}, and is loaded from ${supply.from.name}`;
    case "whole":
    case "short":
    case "absent":
      return null;
  }
}
