import { decideWith } from "../../core/decide/decide.ts";
import { decideAgain } from "../../core/decide/decide-again.ts";
import type { DecideInput } from "../../core/decide/decide-input.ts";
import type { Decided } from "../../core/decide/decided.ts";
import { openRuleBook } from "../../core/decide/rule-book.ts";
import { identifyProfile, takeSnapshot } from "../../core/metadata/snapshot.ts";
import type { ModelSpec } from "../../core/project/project.ts";
import type { RuleSet } from "../../core/rules/rule-set.ts";
import { noStanding } from "../../core/signals/standing.ts";
import { realParts } from "../campaign/simulate-seed.ts";
import type { SimulatedParts } from "../simulation-context.ts";
import type { SimulatedWarehouse } from "../store/simulated-warehouse.ts";

/** One way to decide, to be held against others in the same world. */
export interface Variant {
  readonly name: string;
  readonly ruleSets: readonly RuleSet[];
  /**
   * True for the fixed graph: every task of every subject runs in each cycle of the timetable, whether
   * there is something new or not, and what fails takes all that reads it with it.
   */
  readonly isStatic: boolean;
}

/** The graph that people would have written by hand. */
export const staticVariant: Variant = { name: "static", ruleSets: [], isStatic: true };

/** What a variant is simulated with. */
export function partsOf(
  { isStatic }: Variant,
  watch: {
    readonly openWarehouse: () => SimulatedWarehouse;
    readonly onDecided: (decided: Decided) => void;
  },
): SimulatedParts {
  const told = (decided: Decided) => {
    watch.onDecided(decided);
    return decided;
  };
  return {
    ...realParts,
    openWarehouse: watch.openWarehouse,
    decide: (input, rules) => told(decideWith(isStatic ? withoutKnowledge(input) : input, rules)),
    decideAgain: (previous, input, ...rest) =>
      told(
        isStatic
          ? decideWith(withoutKnowledge(input), openRuleBook([]))
          : decideAgain(previous, input, ...rest),
      ),
  };
}

/** The same input to somebody who looks at nothing: all is there, and nothing is known to be as it was. */
function withoutKnowledge(input: DecideInput): DecideInput {
  const { at, capacity, profiles } = input.snapshot;
  const blind = [...profiles.values()].map(({ profile }) =>
    identifyProfile({ ...profile, presence: { state: "present" }, fingerprint: null }),
  );
  const models = new Map([...input.scope.models].map(([name, spec]) => [name, fixed(spec)]));
  return {
    ...input,
    snapshot: takeSnapshot(at, capacity, blind),
    ruleSets: [],
    scope: { sources: input.scope.sources, models },
    standing: noStanding,
  };
}

const fixedModels = new WeakMap<ModelSpec, ModelSpec>();

/** A model that waits for all that it reads. */
function fixed(spec: ModelSpec): ModelSpec {
  const known = fixedModels.get(spec);
  if (known !== undefined) return known;
  const inputs = spec.inputs.map(({ subject }) => ({ subject, onBypass: "skip" as const }));
  const model: ModelSpec = { ...spec, inputs, demand: "always" };
  fixedModels.set(spec, model);
  return model;
}
