import type { CompatibilityMode } from "../schema/compatibility-mode.ts";
import { compatibility, type IncompatibilityReason, isAllowed } from "../schema/compatible.ts";
import { diffSchemas } from "../schema/diff-schemas.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { TableSchema } from "../schema/table-schema.ts";
import type { Contract } from "./contract.ts";

/** How one promise became another, and whether it may. */
export interface ContractComparison {
  /** The stricter of both modes: a contract is not loosened and broken in one step. */
  readonly mode: CompatibilityMode;
  readonly changes: readonly SchemaChange[];
  readonly compatible: {
    readonly backward: boolean;
    readonly forward: boolean;
    readonly full: boolean;
  };
  readonly isAllowed: boolean;
  /** What the mode does not allow. */
  readonly breaking: readonly IncompatibilityReason[];
}

/** A promise as far as it is about columns. */
export type Promised = Pick<Contract, "mode" | "columns" | "key">;

/** Compares an old version of a contract with a new one. */
export function compareContracts(before: Promised, after: Promised): ContractComparison {
  const mode = stricterMode(before.mode, after.mode);
  const [old, now] = [toSchema(before), toSchema(after)];
  const { backward, forward, full } = compatibility(old, now);
  const permission = isAllowed(mode, [old], now);
  return {
    mode,
    changes: diffSchemas(old, now),
    compatible: { backward, forward, full },
    isAllowed: permission.isAllowed,
    breaking: permission.reasons,
  };
}

function toSchema({ columns, key }: Promised): TableSchema {
  return { columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })), key };
}

/** The mode that allows only what both allow. */
export function stricterMode(left: CompatibilityMode, right: CompatibilityMode): CompatibilityMode {
  const modes = [left, right].filter((mode) => mode !== "none");
  const asks = (direction: string) =>
    modes.some((mode) => mode.startsWith(direction) || mode.startsWith("full"));
  const isTransitive = modes.some((mode) => mode.endsWith("_transitive"));
  const [backward, forward] = [asks("backward"), asks("forward")];
  if (!backward && !forward) return "none";
  const plain = backward && forward ? "full" : backward ? "backward" : "forward";
  return isTransitive ? `${plain}_transitive` : plain;
}
