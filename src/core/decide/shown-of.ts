import type { ModelSpec } from "../project/project.ts";
import type { StandingOverride } from "../signals/standing.ts";
import { identityOfColumns } from "./content-parts.ts";
import { type NodesBefore, outputOf, seenOf } from "./inputs-of.ts";
import { type Making, transformFingerprint } from "./model-identity.ts";
import { columnsReadOf, type ModelReads } from "./model-reads.ts";
import { identityOf } from "./said-of.ts";
import {
  type Arrival,
  type CycleContext,
  historyOf,
  holds,
  leftOver,
  nothing,
  type Output,
} from "./subject-node.ts";

/** A model that does not run, as far as it says what its readers find. */
interface LeftModel {
  readonly spec: ModelSpec;
  readonly making: Making;
  readonly reads: ModelReads | null;
  readonly override: StandingOverride | null;
  /** It would be made of the same as what is there. */
  readonly isHeld: boolean;
  /** What is left of it by its own history. */
  readonly left: Output;
}

/**
 * What is left of a model that does not run, as its readers find it. A table is as it was left. A
 * view shows what is below it: only where that is what the view was made on, before and after this
 * cycle's tasks, does its identity say what a reader finds; else nobody knows it.
 */
export function shownOf(context: CycleContext, nodes: NodesBefore, model: LeftModel): Output {
  const { spec, making, isHeld, left } = model;
  if (spec.materialize === "table" || left.state === "absent") return left;
  const history = historyOf(context, spec.name);
  const isAsMadeOn = (arrivals: readonly Arrival[]) => {
    const fingerprint = transformFingerprint(spec, { ...making, arrivals }, history);
    return holds(history, identityOf(fingerprint, model.override, history));
  };
  const isSettled =
    isHeld || isAsMadeOn(making.arrivals.map((one) => asItWillBe(nodes, one, model)));
  const moves = making.arrivals.some(({ state }) => state === "awaited");
  const isSteady =
    isSettled &&
    (!moves || isAsMadeOn(making.arrivals.map((one) => asItIs(context, nodes, one, model))));
  return isSteady ? left : { ...left, fingerprint: null, parts: null };
}

/** How an input will be there, whether or not a model may run on it. */
function asItWillBe(nodes: NodesBefore, arrival: Arrival, { reads }: LeftModel): Arrival {
  if (arrival.state !== "blocking") return arrival;
  const { fingerprint } = outputOf(nodes, arrival.subject);
  const there = { ...arrival, state: "there" as const, fingerprint };
  return { ...there, seen: seenOf(there, nodes, reads) };
}

/** How an input is there before anything of this cycle is made. */
function asItIs(
  context: CycleContext,
  nodes: NodesBefore,
  arrival: Arrival,
  model: LeftModel,
): Arrival {
  if (arrival.state !== "awaited") return asItWillBe(nodes, arrival, model);
  const { subject } = arrival;
  // What another view shows now may be anything.
  const isView = context.input.scope.models.get(subject)?.materialize === "view";
  const { fingerprint, parts } = isView ? nothing : leftOver(historyOf(context, subject), false);
  const columns = columnsReadOf(model.reads?.all, subject);
  const seen = fingerprint === null ? null : identityOfColumns(parts, columns);
  return { ...arrival, state: "there", fingerprint, seen };
}
