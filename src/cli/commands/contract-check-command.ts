import { checkContract } from "../../core/contracts/check-contract.ts";
import { renderContracts } from "../render/render-contracts.ts";
import { type CheckedContract, contractJson } from "../wire/contract-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";
import { observedSources } from "./observed-sources.ts";

/** Compares what is observed with what is promised. */
export const contractCheckCommand: CommandHandler = async ({ input, withProject }) => {
  const name = input.args[0] ?? null;
  const sources = await withProject((project) => observedSources(project, name));
  const checked = sources.flatMap(({ contract, shape }): readonly CheckedContract[] => {
    if (contract === null) return [];
    return [{ contract, findings: shape === null ? null : checkContract(contract, shape) }];
  });
  const isKept = checked.every(({ findings }) => findings?.holds === true);
  return {
    exitCode: isKept ? exitCodes.done : exitCodes.failed,
    json: () => ({ holds: isKept, contracts: checked.map(contractJson) }),
    lines: (style) => renderContracts(checked, name, style),
  };
};
