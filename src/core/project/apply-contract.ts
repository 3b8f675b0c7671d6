import { compareText } from "../std/compare.ts";
import type { ContractTerms, SourceSpec } from "./project.ts";

/** A source under its contract, and where it declares other than the contract says. */
export interface ContractedSource {
  readonly source: SourceSpec;
  /** Sentences; what the source declares stands. */
  readonly differences: readonly string[];
}

/**
 * Gives a source what its contract says. What the source or its connection declares stands over
 * it; gates add up, of one name the declared one.
 */
export function applyContract(source: SourceSpec, terms: ContractTerms): ContractedSource {
  const { contract, gates, defaultOwner } = terms;
  const declared = new Set(source.gates.map(({ name }) => name));
  const added = gates.filter(({ name }) => !declared.has(name));
  const hasOwnOwner = source.owner !== null && source.owner !== defaultOwner;
  const differences: string[] = [];
  const note = (what: string, own: string, promised: string) =>
    differences.push(
      `The contract says ${what} \`${promised}\`, and the source itself \`${own}\`, which stands.`,
    );
  if (hasOwnOwner && contract.owner !== null && contract.owner !== source.owner) {
    note("owner", source.owner, contract.owner);
  }
  const ownKey = source.key.join(", ");
  const promisedKey = contract.key.join(", ");
  if (ownKey !== "" && promisedKey !== "" && !isSameKey(source.key, contract.key)) {
    note("key", ownKey, promisedKey);
  }
  const { cadenceMs } = source;
  if (cadenceMs !== null && contract.cadenceMs !== null && cadenceMs !== contract.cadenceMs) {
    note("cadence", `${cadenceMs / 1_000} s`, `${contract.cadenceMs / 1_000} s`);
  }
  return {
    source: {
      ...source,
      key: source.key.length > 0 ? source.key : contract.key,
      owner: hasOwnOwner ? source.owner : (contract.owner ?? source.owner),
      cadenceMs: cadenceMs ?? contract.cadenceMs,
      gates: [...source.gates, ...added].sort((left, right) => compareText(left.name, right.name)),
      contract,
    },
    differences,
  };
}

function isSameKey(left: readonly string[], right: readonly string[]): boolean {
  const names = (key: readonly string[]) => key.map((name) => name.toLowerCase()).sort(compareText);
  return names(left).join("\n") === names(right).join("\n");
}
