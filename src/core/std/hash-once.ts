import { type Hash, hashOf } from "./hash.ts";

const known = new WeakMap<object, Hash>();

/** `hashOf` for a value that is frozen by convention and seen again and again: it is hashed once. */
export function hashOnce(value: object): Hash {
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  const hash = hashOf(value);
  known.set(value, hash);
  return hash;
}
