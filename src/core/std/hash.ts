import { hash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

/** A SHA-256 as 64 lower-case hexadecimal digits. */
export type Hash = string;

/** The identity of a value: the SHA-256 of its canonical JSON. */
export function hashOf(value: unknown): Hash {
  return hashText(canonicalJson(value));
}

/** The SHA-256 of a text in UTF-8. */
export function hashText(text: string): Hash {
  return hash("sha256", text, "hex");
}

/** How a hash is shown to people: enough digits to tell two apart in one project. */
export function shortHash(hash: Hash): string {
  return hash.slice(0, 12);
}
