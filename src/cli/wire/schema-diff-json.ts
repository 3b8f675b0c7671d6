import { type ChangeJson, changeJson } from "../../core/schema/change-json.ts";
import type { Compatibility, Direction } from "../../core/schema/compatible.ts";
import type { SchemaChange } from "../../core/schema/schema-change.ts";

/** How two schemas differ, and who can still read what. */
export interface SchemaDiff {
  readonly changes: readonly SchemaChange[];
  readonly compatible: Compatibility;
}

/** What `sluice schema diff --json` prints. Names are kept for ever; fields may be added. */
export interface SchemaDiffJson {
  readonly changes: readonly ChangeJson[];
  readonly compatible: Pick<Compatibility, "backward" | "forward" | "full">;
  /** Why it is not compatible: one sentence for each change that breaks something. */
  readonly reasons: readonly { readonly text: string; readonly breaks: readonly Direction[] }[];
}

/** The JSON form of how two schemas differ. */
export function schemaDiffJson({ changes, compatible }: SchemaDiff): SchemaDiffJson {
  const { backward, forward, full, reasons } = compatible;
  return {
    changes: changes.map((change) => changeJson(change)),
    compatible: { backward, forward, full },
    reasons: reasons.map(({ because, breaks }) => ({ text: because, breaks })),
  };
}
