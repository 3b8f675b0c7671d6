import { allFaultKinds, type FaultKind } from "../faults/fault.ts";
import type { SimulatedParts, Tally } from "../simulation-context.ts";
import type { ScopeSize } from "../world/generate-scope.ts";
import { planOfSeed, realParts, type SimulationResult, simulate } from "./simulate-seed.ts";

/** Many simulations, one for each seed. */
export interface Campaign {
  readonly fromSeed: number;
  readonly seeds: number;
  readonly size: ScopeSize;
  /** Cycles with faults in each. */
  readonly cycles: number;
  readonly faultsPerCycle: number;
  /** Ends the campaign after so many failures. */
  readonly failuresMax: number;
}

/** What came of it. */
export interface CampaignReport {
  readonly seeds: number;
  readonly tally: Tally;
  /** How often each kind of fault struck. */
  readonly fired: ReadonlyMap<FaultKind, number>;
  /** Pairs of kinds, in name order, that struck in one simulation. */
  readonly pairs: ReadonlySet<string>;
  readonly failures: readonly SimulationResult[];
}

/** Runs a campaign, or as much of it as `failuresMax` allows. */
export function runCampaign(campaign: Campaign, parts: SimulatedParts = realParts): CampaignReport {
  const tally: Tally = { tasks: 0, events: 0, cycles: 0, revisions: 0, processes: 0 };
  const fired = new Map<FaultKind, number>();
  const pairs = new Set<string>();
  const failures: SimulationResult[] = [];
  const { size, cycles, faultsPerCycle } = campaign;
  let seeds = 0;
  while (seeds < campaign.seeds && failures.length < campaign.failuresMax) {
    const rates = { perCycle: faultsPerCycle };
    const plan = planOfSeed(campaign.fromSeed + seeds, { size, cycles, rates });
    const result = simulate(plan, parts);
    seeds += 1;
    tally.tasks += result.tally.tasks;
    tally.events += result.tally.events;
    tally.cycles += result.tally.cycles;
    tally.revisions += result.tally.revisions;
    tally.processes += result.tally.processes;
    for (const [kind, count] of result.fired) fired.set(kind, (fired.get(kind) ?? 0) + count);
    for (const pair of pairsOf([...result.fired.keys()])) pairs.add(pair);
    if (result.failure !== null) failures.push(result);
  }
  return { seeds, tally, fired, pairs, failures };
}

/** Every pair of kinds that there is. */
export function allFaultPairs(): readonly string[] {
  return [...pairsOf(allFaultKinds)];
}

function* pairsOf(kinds: readonly FaultKind[]): Generator<string> {
  const sorted = kinds.toSorted();
  for (const [index, kind] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) yield `${kind} + ${other}`;
  }
}
