/** What must hold after every event, and when all is quiet again. */
export const invariants = {
  "exactly-once": "No row is lost and none is there twice; a table equals its source.",
  "inputs-first": "Nothing runs before its inputs.",
  pools: "Attempts of a pool never exceed its slots, and the memory of all never the budget.",
  bypass: "A bypassed task never runs.",
  "once-at-a-time": "No task has two attempts at once.",
  liveness: "What can run does, and every task comes to an end.",
  "tier-0-first": "Tier 0 is never put off for a lower tier.",
  replay: "Replaying the log gives the same state, and deciding again the same blueprint.",
  final: "A final state is final.",
  fencing: "What has been superseded has no effect any more.",
  cursor: "Ledger and cursor agree with the data.",
  "up-to-date": "What is taken for up to date was made of what its inputs hold.",
  convergence: "When faults have ended, a few cycles make everything right.",
  revision: "A revision changes only what its signal concerns.",
} as const;

export type Invariant = keyof typeof invariants;

/** An invariant does not hold. It ends the simulation: everything after it would follow from it. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: Invariant;

  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}
