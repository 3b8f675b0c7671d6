import type { TableName } from "../schema/table-schema.ts";
import { hashOf, shortHash } from "../std/hash.ts";
import type { Adapter } from "./route.ts";

/** The view of an adapter. Its name says what it presents, so that no two adapters share one. */
export function adapterView(adapter: Adapter): TableName {
  return { schema: "adapted", name: `${adapter.source}_${shortHash(hashOf(adapter))}` };
}
