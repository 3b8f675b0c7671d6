import { printable } from "../text/printable.ts";
import type { Style } from "../text/style.ts";
import type { CheckedContract } from "../wire/contract-json.ts";

/** Each contract with whether it is kept, and each promise that is broken. */
export function renderContracts(
  checked: readonly CheckedContract[],
  source: string | null,
  { colors }: Style,
): readonly string[] {
  if (checked.length === 0) {
    const about = source === null ? "any source" : source;
    return [`No contract is about ${about}: write one with \`sluice contract init <source>\`.`];
  }
  return checked.flatMap(({ contract, findings }) => {
    const verdict =
      findings === null
        ? colors.yellow("not observed")
        : findings.holds
          ? colors.green("kept")
          : colors.red("broken");
    return [
      `${contract.source}: ${verdict} (${printable(contract.file)}, version ${printable(contract.version)})`,
      ...(findings?.violations ?? []).map(({ detail }) => `  ${printable(detail)}`),
    ];
  });
}
