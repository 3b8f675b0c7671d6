import { hashText } from "../../core/std/hash.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { Parts } from "../parts.ts";

const noteKind = "serve-token";
const noteName = "hash";

/** The token with which signals are sent by HTTP. Only its hash is kept. */
export interface SignalToken {
  isAllowed(token: string): boolean;
  /** The token, where it was made now: it can be told this once only. */
  readonly made: string | null;
}

/**
 * The token that the project's settings refer to, or one that is made at the first start.
 * @param isNew makes another one in the place of the one that was made before
 * @throws SECRET_MISSING
 */
export async function signalToken(
  parts: Parts,
  catalog: Catalog,
  { reference, isNew }: { readonly reference: string | null; readonly isNew: boolean },
): Promise<SignalToken> {
  if (reference !== null) {
    const { token } = parts.secrets.resolve({ token: reference });
    return { isAllowed: allowing(hashText(String(token))), made: null };
  }
  const known = (await catalog.notes(noteKind)).get(noteName);
  if (typeof known === "string" && !isNew) return { isAllowed: allowing(known), made: null };
  const made = Array.from({ length: 8 }, () => parts.random.uint32().toString(16).padStart(8, "0"));
  const token = made.join("");
  const hash = hashText(token);
  await catalog.putNotes(noteKind, new Map([[noteName, hash]]));
  return { isAllowed: allowing(hash), made: token };
}

/** Compares hashes, in a time that does not depend on where they differ. */
function allowing(hash: string): (token: string) => boolean {
  return (token) => {
    const given = hashText(token);
    let difference = given.length ^ hash.length;
    for (let at = 0; at < hash.length; at += 1) {
      difference |= given.charCodeAt(at) ^ hash.charCodeAt(at);
    }
    return difference === 0;
  };
}
