import type { Gate } from "../project/check.ts";
import { type Hash, hashOf } from "../std/hash.ts";

/** Identity of the gates that undo what was committed; `null` where there is none. */
export function undoingOf(gates: readonly Gate[]): Hash | null {
  const undoing = gates.filter(({ onFail }) => onFail === "undo");
  return undoing.length === 0 ? null : hashOf(undoing.map(({ name, check }) => ({ name, check })));
}

/**
 * Identity of the verdict of these gates on a result: it stands as long as neither of them changes.
 * @param fingerprint of the load or build, as the ledger has it
 */
export function verdictOn(fingerprint: Hash, undoing: Hash): Hash {
  return hashOf({ fingerprint, undoing });
}
