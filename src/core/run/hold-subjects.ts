import type { Signal } from "../signals/signal.ts";
import { compareText } from "../std/compare.ts";
import type { RunEvent } from "./run-event.ts";
import type { Concern } from "./run-state.ts";
import { type RunStep, taskState, unitOf, unitState, unpark } from "./run-step.ts";

type SignalReceived = Extract<RunEvent, { readonly type: "SignalReceived" }>;

/** Takes a signal in: holds what it may change, and sees to it that this is decided again. */
export function receiveSignal(step: RunStep, { signal, concerns }: SignalReceived): void {
  const key = JSON.stringify([signal.source, signal.id]);
  if (step.phase === "finished" || step.revisions.seen.has(key)) return;
  change(step, { seen: new Set([...step.revisions.seen, key]) });
  const isDecision = notePressure(step, signal);
  if (!isDecision || step.phase === "cancelling") return;
  const subjects = concerns.filter((subject) => !hasBegun(step, subject));
  if (subjects.length === 0 && !mayCancel(step, signal)) return;
  const concern: Concern = { signals: [signal.id], subjects };
  change(step, {
    next: [...step.revisions.next, concern],
    held: new Set([...step.revisions.held, ...subjects]),
  });
  ask(step);
}

/**
 * Notes how short a resource runs.
 * @returns whether the signal may change what was decided: pressure does at its heaviest, and when
 * that is over.
 */
function notePressure(step: RunStep, signal: Signal): boolean {
  if (signal.type !== "pressure") return true;
  const before = step.pressure.get(signal.subject) ?? 0;
  const { level } = signal.data;
  const pressure = new Map(step.pressure);
  if (level === 0) pressure.delete(signal.subject);
  else pressure.set(signal.subject, level);
  step.pressure = pressure;
  return (level === 3) !== (before === 3);
}

/** Whether a signal may end a subject that has begun. */
function mayCancel(step: RunStep, { data, subject }: Signal): boolean {
  if (!("cancel" in data) || data.cancel !== true) return false;
  const tasks = step.plan.tasksOf.get(subject) ?? [];
  return tasks.some((task) => taskState(step, task).outcome === null);
}

/** Whether something of a subject was done, or is settled for good. */
function hasBegun(step: RunStep, subject: string): boolean {
  return (step.plan.tasksOf.get(subject) ?? []).some((task) => hasTaskBegun(step, task));
}

function hasTaskBegun(step: RunStep, task: number): boolean {
  const { attempts, outcome } = taskState(step, task);
  if (attempts > 0) return true;
  if (outcome !== null) return outcome.status !== "bypassed" && outcome.status !== "skipped";
  const { phase, members } = unitState(step, unitOf(step, task));
  return phase === "starting" && members.includes(task);
}

/** Asks for the next revision, unless one is being decided or nothing is to be. */
export function ask(step: RunStep): void {
  const { asked, next } = step.revisions;
  if (step.phase !== "running" || asked !== null || next.length === 0) return;
  const concern: Concern = {
    signals: next.flatMap(({ signals }) => signals),
    subjects: sortedOnce(next.flatMap(({ subjects }) => subjects)),
  };
  change(step, { asked: concern, next: [] });
  askAgain(step);
}

/** Asks for the revision that is being decided, as a process does that has just begun to. */
export function askAgain(step: RunStep): void {
  const { asked, applied } = step.revisions;
  if (asked === null) return;
  const subjects = [...step.plan.tasksOf.keys()];
  step.commands.push({
    type: "AskRevision",
    revision: applied + 1,
    signals: asked.signals,
    begun: subjects.filter((subject) => hasBegun(step, subject)).sort(compareText),
    held: asked.subjects,
  });
}

/** Whether an answer is to what was asked. */
export function isAnswer(step: RunStep, cause: readonly string[]): boolean {
  const { asked } = step.revisions;
  return (
    step.phase === "running" &&
    asked?.signals.length === cause.length &&
    asked.signals.every((signal, index) => signal === cause[index])
  );
}

/** What was asked is answered: its subjects go on, and what came meanwhile is asked for. */
export function release(step: RunStep): void {
  const { next } = step.revisions;
  change(step, { asked: null, held: new Set(next.flatMap(({ subjects }) => subjects)) });
  unpark(step, "held");
  step.mayBeLast = true;
  ask(step);
}

/** Nothing will be decided any more. */
export function forgetConcerns(step: RunStep): void {
  change(step, { asked: null, next: [], held: new Set() });
}

/** Replaces fields of what the step knows of revisions. */
export function change(step: RunStep, changed: Partial<RunStep["revisions"]>): void {
  step.revisions = { ...step.revisions, ...changed };
}

function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
