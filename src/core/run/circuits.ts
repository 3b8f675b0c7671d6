import type { Circuit } from "../decide/blueprint.ts";
import { type CircuitState, closedCircuit } from "./circuit-state.ts";
import type { Failure } from "./run-event.ts";
import { changeTask, memberIds, plannedUnit, type RunStep, unitState, unpark } from "./run-step.ts";
import { endWaiting } from "./settle.ts";

/** How an attempt ended, as its circuit sees it. */
type Showing = "works" | "answers" | "fails" | "nothing";

/** What a retryable failure has to be for the connection to be at fault: the rest was our own doing. */
const ownDoing = new Set(["CANCELLED", "REVISED", "DEADLINE_PASSED"]);

/** What the failure of an attempt says of its connection. */
export function showingOf(failure: Failure): Showing {
  if (ownDoing.has(failure.code)) return "nothing";
  return failure.isRetryable ? "fails" : "answers";
}

/** Whether a unit may start as far as its circuit goes; `tripped` when it never may again. */
export function circuitAllows(step: RunStep, unit: number): boolean | "tripped" {
  const { circuit } = plannedUnit(step, unit);
  if (circuit === null) return true;
  const state = step.circuits.get(circuit.name);
  if (state === undefined) return true;
  if (state.phase === "tripped") return "tripped";
  return state.phase === "closed" || (state.phase === "halfOpen" && state.probe === null);
}

/** Notes that an attempt starts: the first one after a cool-down is the probe. */
export function noteStart(step: RunStep, unit: number): void {
  const { circuit } = plannedUnit(step, unit);
  const state = circuit === null ? undefined : step.circuits.get(circuit.name);
  if (circuit === null || state?.phase !== "halfOpen" || state.probe !== null) return;
  const task = memberIds(step, unit)[0] ?? "";
  changeCircuit(step, circuit, { probe: { task, attempt: unitState(step, unit).attempt } });
}

/** Notes what the end of an attempt shows. To be called while the unit still has its members. */
export function noteEnd(step: RunStep, unit: number, showing: Showing): void {
  const { circuit } = plannedUnit(step, unit);
  if (circuit === null) return;
  const state = step.circuits.get(circuit.name) ?? closedCircuit;
  if (state.phase === "closed") noteEndWhileClosed(step, circuit, state, showing);
  if (state.phase === "halfOpen") noteEndWhileHalfOpen(step, { unit, circuit, state, showing });
}

function noteEndWhileClosed(
  step: RunStep,
  circuit: Circuit,
  state: CircuitState,
  showing: Showing,
): void {
  if (showing === "fails") {
    changeCircuit(step, circuit, { failures: state.failures + 1 });
    if (state.failures + 1 >= circuit.failures) open(step, circuit);
  } else if (showing === "works" && state.failures > 0) {
    changeCircuit(step, circuit, { failures: 0 });
  }
}

interface HalfOpenEnd {
  readonly unit: number;
  readonly circuit: Circuit;
  readonly state: CircuitState;
  readonly showing: Showing;
}

function noteEndWhileHalfOpen(step: RunStep, end: HalfOpenEnd): void {
  const { unit, circuit, state, showing } = end;
  const { attempt } = unitState(step, unit);
  const isProbe =
    state.probe?.task === memberIds(step, unit)[0] && state.probe?.attempt === attempt;
  if (showing === "works" || (isProbe && showing === "answers")) {
    changeCircuit(step, circuit, { ...closedCircuit, openings: state.openings });
    emit(step, circuit, null);
    unpark(step, obstacleOf(circuit));
  } else if (isProbe && showing === "nothing") {
    changeCircuit(step, circuit, { probe: null });
    unpark(step, obstacleOf(circuit));
  } else if (isProbe) {
    const failedProbes = state.failedProbes + 1;
    changeCircuit(step, circuit, { failedProbes, probe: null });
    if (failedProbes < circuit.probes) open(step, circuit);
    else trip(step, circuit);
  }
}

/** Leaves a connection alone for a while. */
function open(step: RunStep, circuit: Circuit): void {
  const { openings, failures, failedProbes } = step.circuits.get(circuit.name) ?? closedCircuit;
  const until = step.at + circuit.coolDownMs;
  changeCircuit(step, circuit, { phase: "open", openings: openings + 1, until });
  step.commands.push({
    type: "SetTimer",
    timer: circuitTimer(circuit.name, openings + 1),
    firesAt: until,
  });
  if (failedProbes === 0) emit(step, circuit, { until, failures });
}

/** The timer at the end of a cool-down. */
function circuitTimer(name: string, openings: number): string {
  return `circuit/${openings}/${name}`;
}

/** The cool-down is over: what comes first may probe. */
export function endCoolDown(step: RunStep, name: string, openings: number): void {
  const state = step.circuits.get(name);
  if (state?.phase !== "open" || state.openings !== openings) return;
  step.circuits = new Map(step.circuits).set(name, { ...state, phase: "halfOpen", probe: null });
  unpark(step, `circuit/${name}`);
}

/** Sets the timers of open circuits again, in a process that has none. */
export function resumeCircuits(step: RunStep): void {
  for (const [name, { phase, openings, until }] of step.circuits) {
    if (phase !== "open") continue;
    const timer = circuitTimer(name, openings);
    step.commands.push({ type: "SetTimer", timer, firesAt: until });
  }
}

function trip(step: RunStep, circuit: Circuit): void {
  changeCircuit(step, circuit, { phase: "tripped" });
  // What waits is looked at when its turn comes, and fails then.
  unpark(step, obstacleOf(circuit));
}

/** Fails the tasks of a ready unit whose circuit will not close any more. */
export function failTripped(step: RunStep, unit: number): void {
  const name = plannedUnit(step, unit).circuit?.name ?? "";
  const failure: Failure = {
    code: "CIRCUIT_OPEN",
    message: `The connection ${name} failed too often, and so did every probe of it.`,
    hint: "See why its attempts failed, and run again when it works.",
    isRetryable: true,
  };
  for (const member of unitState(step, unit).members) {
    changeTask(step, member, { failure });
    endWaiting(step, member, { status: "failed" });
  }
}

function changeCircuit(step: RunStep, { name }: Circuit, change: Partial<CircuitState>): void {
  const state = step.circuits.get(name) ?? closedCircuit;
  step.circuits = new Map(step.circuits).set(name, { ...state, ...change });
}

function obstacleOf({ name }: Circuit): `circuit/${string}` {
  return `circuit/${name}`;
}

/** Says that a circuit has opened, or with `null` that it has closed. */
function emit(
  step: RunStep,
  { name }: Circuit,
  opened: { readonly until: number; readonly failures: number } | null,
): void {
  if (opened === null) {
    const signal = { type: "circuit.closed", subject: name, at: step.at, data: {} } as const;
    step.commands.push({ type: "EmitSignal", signal });
    return;
  }
  const { until, failures } = opened;
  const because = `${failures} attempts in a row failed`;
  const data = { until, because };
  const signal = { type: "circuit.opened", subject: name, at: step.at, data } as const;
  step.commands.push({ type: "EmitSignal", signal });
}
