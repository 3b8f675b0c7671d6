import { decide, decideWith } from "../../core/decide/decide.ts";
import type { Decided } from "../../core/decide/decided.ts";
import { loadDecideInput } from "../../core/decide/load-decision.ts";
import { decisionObjects } from "../../core/decide/store-decision.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Dice } from "../time/dice.ts";
import { Violation } from "./violation.ts";

/** Shares of decisions that are made once more: from the same input, and from what is stored of it. */
const again = 0.01;
const stored = 0.004;

/**
 * Now and then decides once more: what was decided from the decision before is what is decided
 * from nothing, and what was stored of it gives the same, byte for byte.
 */
export function checkDecidedAgain(
  { seed, rules, tally }: SimulationContext,
  decided: Decided,
): void {
  const dice = new Dice(seed, "decided", tally.events, tally.processes);
  const { id } = decided.record;
  if (dice.chance(again) && decideWith(decided.input, rules).record.id !== id) {
    throw new Violation("replay", "deciding again gives another blueprint than deciding anew");
  }
  if (!dice.chance(stored)) return;
  const objects = new Map<Hash, Json>();
  for (const object of decisionObjects(decided)) objects.set(object.id, object.value);
  const loaded = loadDecideInput(decided.record, (wanted) => objects.get(wanted));
  if (!loaded.ok) throw new Violation("replay", loaded.detail);
  if (decide(loaded.input).record.id !== id) {
    throw new Violation("replay", "what was stored of a decision gives another one");
  }
}
