import { type Hash, hashOf } from "../std/hash.ts";
import type { Column } from "./table-schema.ts";

/** Identity of a shape: names and types in their order. Nullability is observed, so it does not count. */
export function schemaIdOf(columns: readonly Column[]): Hash {
  return hashOf(columns.map(({ name, type }) => [name, type]));
}
