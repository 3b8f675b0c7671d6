import type {
  Contract,
  ContractFindings,
  ContractViolation,
} from "../../core/contracts/contract.ts";

/** A contract with what was found; `null` when its source could not be observed. */
export interface CheckedContract {
  readonly contract: Contract;
  readonly findings: ContractFindings | null;
}

/** One entry of what `sluice contract check --json` prints. Names are kept for ever. */
export interface ContractJson {
  readonly source: string;
  readonly file: string;
  readonly version: string;
  readonly mode: Contract["mode"];
  /** `null` when the source could not be observed. */
  readonly holds: boolean | null;
  readonly violations: readonly ContractViolation[];
}

/** The JSON form of a checked contract. */
export function contractJson({ contract, findings }: CheckedContract): ContractJson {
  const { source, file, version, mode } = contract;
  const violations = findings?.violations ?? [];
  return { source, file, version, mode, holds: findings?.holds ?? null, violations };
}
