import type { ObservedSchema } from "../schema/observed-schema.ts";
import type { Contract, ContractFindings, ContractViolation } from "./contract.ts";

/** Compares what a source looks like with what its contract promises. Further columns are allowed. */
export function checkContract(contract: Contract, observed: ObservedSchema): ContractFindings {
  const seen = new Map(observed.columns.map((column) => [column.name.toLowerCase(), column]));
  const violations = contract.columns.flatMap((promised): readonly ContractViolation[] => {
    const column = seen.get(promised.name.toLowerCase());
    if (column !== undefined) return [];
    const detail = `\`${promised.name}\` is promised, and is not there.`;
    return [{ kind: "missing", column: promised.name, detail }];
  });
  return { holds: violations.length === 0, violations };
}
