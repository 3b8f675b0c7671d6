import type { IdentifiedProfile } from "../core/metadata/snapshot.ts";

/** The part of a project that a cycle is about, where it is not about all of it. */
export interface CycleFocus {
  /** Sources and models. */
  readonly subjects: ReadonlySet<string>;
  /** Connections that are asked for new sources; the others have those that they had. */
  readonly discovering: ReadonlySet<string>;
  /** By source: what the cycle before knew. A source that is out of focus is not looked at again. */
  readonly known: ReadonlyMap<string, IdentifiedProfile>;
}

/** What is known of a source that is not to be looked at; `null` for one that is. */
export function knownProfile(focus: CycleFocus | null, source: string): IdentifiedProfile | null {
  if (focus === null || focus.subjects.has(source)) return null;
  return focus.known.get(source) ?? null;
}
