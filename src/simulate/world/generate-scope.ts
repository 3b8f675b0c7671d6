import type { Capacity } from "../../core/metadata/snapshot.ts";
import type {
  BypassPolicy,
  LoadStrategy,
  ModelInput,
  ModelSpec,
  SourceSpec,
  Template,
} from "../../core/project/project.ts";
import type { RuleSet } from "../../core/rules/rule-set.ts";
import { defineRuleSet } from "../../core/rules/rule-set-file.ts";
import { compareText } from "../../core/std/compare.ts";
import { hashText } from "../../core/std/hash.ts";
import type { Dice } from "../time/dice.ts";

/** What a simulated project declares. */
export interface SimulatedScope {
  readonly sources: readonly SourceSpec[];
  readonly models: readonly ModelSpec[];
  readonly ruleSets: readonly RuleSet[];
  readonly template: Template;
  readonly capacity: Capacity;
}

/** A machine of usual size. */
export const usualCapacity: Capacity = { cores: 4, memoryBytes: 8_000_000_000 };

/** One with memory for three large tasks at once, so that memory is a question. */
const smallCapacity: Capacity = { cores: 4, memoryBytes: 2_000_000_000 };

/** How large a generated project is. */
export interface ScopeSize {
  readonly sources: number;
  readonly models: number;
}

const hourMs = 3_600_000;

const policies: readonly BypassPolicy[] = ["skip", "skip", "last_good", "without", "hold"];

/** `partition` and `history` are kept apart by their contract tests. */
const strategies: readonly LoadStrategy[] = ["replace", "append", "append", "merge", "merge"];

/** A project by chance: sources of all strategies, and models that read them and each other. */
export function generateScope(size: ScopeSize, dice: Dice): SimulatedScope {
  const connections = Math.max(2, Math.ceil(size.sources / 8));
  const sources = Array.from({ length: size.sources }, (_, index) =>
    generateSource(nameOf("s", index), `c${dice.between(0, connections)}`, dice),
  );
  const models: ModelSpec[] = [];
  for (let index = 0; index < size.models; index += 1) {
    const below = [...sources.map(({ name }) => name), ...models.map(({ name }) => name)];
    models.push(generateModel(nameOf("m", index), below, dice));
  }
  return {
    sources,
    models,
    ruleSets: simulatedRules,
    template: simulatedTemplate,
    capacity: smallCapacity,
  };
}

/** A scope with some subjects less. A model that would have no input left goes too. */
export function withoutSubjects(
  scope: SimulatedScope,
  without: ReadonlySet<string>,
): SimulatedScope {
  if (without.size === 0) return scope;
  const gone = new Set(without);
  const models: ModelSpec[] = [];
  for (const model of scope.models) {
    const inputs = model.inputs.filter(({ subject }) => !gone.has(subject));
    if (gone.has(model.name) || inputs.length === 0) gone.add(model.name);
    else models.push(inputs.length === model.inputs.length ? model : { ...model, inputs });
  }
  return { ...scope, sources: scope.sources.filter(({ name }) => !gone.has(name)), models };
}

function nameOf(kind: string, index: number): string {
  return `${kind}${String(index).padStart(3, "0")}`;
}

function generateSource(name: string, connection: string, dice: Dice): SourceSpec {
  const strategy = dice.pick(strategies);
  return {
    name,
    connection,
    origin: "declared",
    locator: { table: name },
    contract: null,
    strategy,
    key: strategy === "merge" ? ["id"] : [],
    tier: tierBy(dice),
    owner: null,
    tags: dice.chance(0.04) ? ["parked"] : [],
    cadenceMs: dice.chance(0.7) ? hourMs : null,
    demand: dice.chance(0.9) ? "always" : "when_used",
    optional: dice.chance(0.1),
    gates: [],
  };
}

function tierBy(dice: Dice): number {
  return dice.chance(0.15) ? 0 : dice.between(1, 4);
}

/** Reads up to four of what is below; the latest are preferred, so that there are long chains. */
function generateModel(name: string, below: readonly string[], dice: Dice): ModelSpec {
  const inputs = new Map<string, ModelInput>();
  const wanted = dice.between(1, 5);
  for (let count = 0; count < wanted; count += 1) {
    const isNear = dice.chance(0.4);
    const subject = dice.pick(isNear ? below.slice(-8) : below);
    inputs.set(subject, { subject, onBypass: dice.pick(policies) });
  }
  return {
    name,
    target: { schema: "main", name },
    materialize: dice.chance(0.15) ? "view" : "table",
    sql: `SELECT ${name}`,
    file: `models/${name}.sql`,
    code: hashText(name),
    parts: null,
    inputs: [...inputs.values()].sort((left, right) => compareText(left.subject, right.subject)),
    tier: tierBy(dice),
    owner: null,
    tags: [],
    slaMs: dice.chance(0.2) ? 2 * hourMs : null,
    demand: dice.chance(0.85) ? "always" : "when_used",
    optional: dice.chance(0.1),
    gates: [],
  };
}

const simulatedTemplate: Template = {
  name: "simulated",
  defaults: {
    retry: { attempts: 3, backoffMs: 1_000, backoffMsMax: 60_000 },
    timeoutMs: hourMs / 2,
    onBypass: "skip",
  },
  pools: { extract: 4, warehouse: 3, heavy: 1 },
  poolOf: {
    extract: "extract",
    load: "warehouse",
    verify: "warehouse",
    transform: "warehouse",
    check: "warehouse",
  },
};

/** Rules that use what rules can do, so that their consequences are simulated too. */
const simulatedRules: readonly RuleSet[] = [
  defineRuleSet({
    ruleset: "simulated",
    params: { small_rows: 40_000, large_rows: 2_000_000 },
    rules: [
      {
        id: "batch-small",
        for: "source",
        when: "source.volume.rows < params.small_rows",
        then: [{ merge: { into: "small", max: 4 } }],
      },
      {
        id: "split-large",
        for: "source",
        when: "source.volume.rows > params.large_rows",
        then: [{ split: { size: 1_000_000 } }, { pool: "heavy" }],
      },
      {
        id: "tier0-first",
        for: "source",
        when: "source.tier == 0",
        then: [{ priority: 100 }, { retry: { attempts: 5, backoff: "1s", max_backoff: "1m" } }],
      },
      {
        id: "tier0-models-first",
        for: "model",
        when: "model.tier == 0",
        then: [{ priority: 100 }, { retry: { attempts: 4, backoff: "1s", max_backoff: "1m" } }],
      },
      {
        id: "last-good",
        for: "source",
        when: "source.tier == 1",
        then: [{ fallback: { use: "last_good", max_age: "6h" } }],
      },
      {
        id: "short-of-patience",
        for: "model",
        when: "model.tier == 3",
        then: [{ timeout: "10m" }, { retry: { attempts: 1 } }],
      },
      {
        id: "leave-alone-what-fails",
        for: "source",
        when: 'source.connection != "c1"',
        then: [{ circuit: { failures: 2, cool_down: "20s", probes: 2 } }],
      },
      {
        id: "give-up-in-time",
        for: "model",
        when: "model.tier == 2",
        then: [{ deadline: "25m" }],
      },
      {
        id: "parked",
        for: "source",
        when: '"parked" in source.tags',
        then: [{ bypass: { because: "It is parked." } }],
      },
    ],
  }),
];
