import type { Task } from "../../src/core/decide/blueprint.ts";
import { concernOf } from "../../src/core/decide/concern-of.ts";
import { decideAgain } from "../../src/core/decide/decide-again.ts";
import type { DecideInput, SubjectHistory } from "../../src/core/decide/decide-input.ts";
import type { Decided } from "../../src/core/decide/decided.ts";
import { decidedWith } from "../../src/core/decide/decided-with.ts";
import { pinnedIn } from "../../src/core/decide/pinned-in.ts";
import type { ModelSpec } from "../../src/core/project/project.ts";
import { advance } from "../../src/core/run/advance.ts";
import { describeRun } from "../../src/core/run/describe-run.ts";
import type { RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import { planRun } from "../../src/core/run/run-plan.ts";
import { startRun } from "../../src/core/run/run-state.ts";
import type { Signal } from "../../src/core/signals/signal.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import { lastingFailure, plainResult } from "./run-blueprint.ts";

/** Something that is said while a run goes on. */
export interface Interruption {
  /** Attempts that have ended by then; where the run has fewer, nothing is said. */
  readonly after: number;
  /** Attempts that end before the revision is decided, where so many run. */
  readonly delay: number;
  readonly signals: readonly Signal[];
  readonly input: (before: DecideInput) => DecideInput;
}

/** How a run goes. */
export interface Course {
  /** Tasks that do not succeed. */
  readonly fails?: (task: string) => boolean;
  /** Which of the running attempts ends next, and whether it reads its inputs then or when it began. */
  readonly order?: readonly number[];
  readonly interruptions?: readonly Interruption[];
}

interface Attempt {
  readonly tasks: readonly string[];
  readonly attempt: number;
  readonly decided: Decided;
  /** By task, where it read its inputs when it began. */
  readonly early: ReadonlyMap<string, string>;
  readonly degraded: ReadonlySet<string>;
  isCancelled: boolean;
}

/**
 * A warehouse of pretended tables. A table's content is the identity of what it was made of, so
 * that a table that should have been made again is told from one that is right.
 */
export class PretendedWorld {
  readonly tables = new Map<string, string>();
  /** What stands behind the tables that are views: they follow their inputs. */
  readonly #views = new Map<string, ModelSpec>();
  readonly history = new Map<string, SubjectHistory>();
  /** Tasks that were asked for although an input's table is not there. */
  readonly baseless: string[] = [];
  /** What broke a promise of the machine or of a revision. */
  readonly wrongs: string[] = [];
  /** Revisions that made some segment otherwise. */
  revisions = 0;
  #runs = 0;

  /**
   * Runs a decision to its end.
   * @returns what it was in the end, after all revisions.
   */
  run(
    first: Decided,
    { fails = () => false, order = [0], interruptions = [] }: Course = {},
  ): Decided {
    this.#runs += 1;
    let decided = first;
    const { pools } = first.input.template;
    const plans = new Map([[first.blueprint.id, planRun(first.blueprint, { pools })]]);
    const planOf = (blueprint: string) => plans.get(blueprint) ?? raise(`no plan ${blueprint}`);
    let state = startRun(planOf(first.blueprint.id));
    const succeeded = new Set<string>();
    const degraded = new Set<string>();
    const running: Attempt[] = [];
    const open = interruptions.toSorted((left, right) => left.after - right.after);
    const said: Interruption[] = [];
    let asked: { command: Extract<RunCommand, { type: "AskRevision" }>; due: number } | null = null;
    let ended = 0;
    let turn = 0;
    const inbox: RunEvent[] = [
      { type: "RunStarted", at: 0, blueprint: first.blueprint.id, seed: 1 },
    ];
    const take = (event: RunEvent) => {
      const step = advance(state, event, planOf);
      state = step.state;
      for (const command of step.commands) {
        if (command.type === "AskRevision") {
          asked = { command, due: ended + (said.at(-1)?.delay ?? 0) };
        }
        if (command.type === "CancelAttempt") {
          const cancelled = running.find(({ tasks }) => tasks[0] === command.tasks[0]);
          if (cancelled !== undefined) cancelled.isCancelled = true;
        }
        if (command.type !== "StartAttempt") continue;
        const { tasks, attempt } = command;
        const early = new Map<string, string>();
        for (const id of tasks) {
          const subject = subjectOf(id);
          if ((order[turn % order.length] ?? 0) % 2 === 0)
            early.set(id, this.made(decided, subject));
          if (isMaking(id) && !this.#hasInputs(decided, subject)) this.baseless.push(id);
        }
        const isOld = (id: string) =>
          taskOf(decided, id).after.some(
            (edge) => !succeeded.has(edge.task) || degraded.has(edge.task),
          );
        const old = new Set(tasks.filter(isOld));
        running.push({ tasks, attempt, decided, early, degraded: old, isCancelled: false });
        inbox.push({ type: "AttemptStarted", at: 0, tasks, attempt });
      }
    };
    for (;;) {
      const event = inbox.shift();
      if (event !== undefined) {
        take(event);
        continue;
      }
      const next = open[0];
      if (next !== undefined && next.after <= ended) {
        open.shift();
        said.push(next);
        for (const signal of next.signals) {
          const concerns = concernOf(decided.input.scope, [signal]);
          inbox.push({ type: "SignalReceived", at: 0, signal, concerns });
        }
        continue;
      }
      // The compiler does not see that `take` sets it.
      const question = asked as {
        command: Extract<RunCommand, { type: "AskRevision" }>;
        due: number;
      } | null;
      if (question !== null && (question.due <= ended || running.length === 0)) {
        const { begun, signals, revision } = question.command;
        asked = null;
        const causes = said.flatMap((one) => one.signals).filter(({ id }) => signals.includes(id));
        const input = said.reduce((before, one) => one.input(before), first.input);
        const cancel = cancelledBy(causes, begun);
        const going = begun.filter((subject) => !cancel.includes(subject));
        const pinned = new Set(pinnedIn(decided, causes, going));
        const revised = decideAgain(decided, input, pinned);
        const changed = this.#checkRevision(decided, revised, { causes, begun: going });
        decided = revised;
        plans.set(decided.blueprint.id, planRun(decided.blueprint, { pools }));
        inbox.push({
          type: "RevisionDecided",
          at: 0,
          revision,
          blueprint: decided.blueprint.id,
          decision: decided.record.id,
          cause: signals,
          segments: { added: [], removed: [], changed },
          cancel,
        });
        continue;
      }
      if (running.length === 0) break;
      turn += 1;
      const [attempt] = running.splice((order[turn % order.length] ?? 0) % running.length, 1);
      if (attempt === undefined) break;
      ended += 1;
      inbox.push(this.#end(attempt, { fails, succeeded, degraded }));
    }
    for (const { id, status } of describeRun(state).tasks) {
      if (status === "waiting" || status === "ready" || status === "running") {
        this.wrongs.push(`${id} is ${status} at the end`);
      }
    }
    return decided;
  }

  #checkRevision(
    before: Decided,
    after: Decided,
    { causes, begun }: { readonly causes: readonly Signal[]; readonly begun: readonly string[] },
  ): readonly string[] {
    const concern = new Set(concernOf(before.input.scope, causes));
    const changed = [...after.blueprint.segments.keys()].filter(
      (name) => after.blueprint.segments.get(name)?.id !== before.blueprint.segments.get(name)?.id,
    );
    for (const name of changed) {
      if (!concern.has(name)) this.wrongs.push(`${name} is none of the signals' concern`);
      if (begun.includes(name)) this.wrongs.push(`${name} had begun`);
    }
    if (changed.length > 0) this.revisions += 1;
    return changed;
  }

  #end(
    { tasks, attempt, decided, early, degraded: old, isCancelled }: Attempt,
    run: {
      readonly fails: (task: string) => boolean;
      readonly succeeded: Set<string>;
      readonly degraded: Set<string>;
    },
  ): RunEvent {
    // One that is cancelled may have been quicker.
    if (isCancelled && tasks.length % 2 === early.size % 2) {
      const failure = { ...lastingFailure, code: "REVISED" };
      return { type: "AttemptFailed", at: 0, tasks, attempt, failure };
    }
    if (tasks.some(run.fails)) {
      return { type: "AttemptFailed", at: 0, tasks, attempt, failure: lastingFailure };
    }
    for (const id of tasks) {
      run.succeeded.add(id);
      const isDegraded = old.has(id) && id.endsWith(".transform");
      if (isDegraded) run.degraded.add(id);
      const made = early.get(id) ?? this.made(decided, subjectOf(id));
      this.#perform(decided, id, { made, isDegraded });
    }
    const results = Object.fromEntries(tasks.map((id) => [id, plainResult]));
    return { type: "AttemptSucceeded", at: 0, tasks, attempt, results };
  }

  #perform(
    decided: Decided,
    id: string,
    { made, isDegraded }: { readonly made: string; readonly isDegraded: boolean },
  ): void {
    const subject = subjectOf(id);
    const task = taskOf(decided, id);
    const before = this.history.get(subject) ?? emptyHistory(subject);
    if (!isMaking(id)) {
      const isMeasuring = task.kind === "verify" || task.kind === "check";
      if (isMeasuring) this.history.set(subject, { ...before, verified: task.fingerprint });
      return;
    }
    this.tables.set(subject, made);
    const model = decided.input.scope.models.get(subject);
    if (model?.materialize === "view") this.#views.set(subject, model);
    else this.#views.delete(subject);
    const isAsPlanned = task.fingerprint !== null && !isDegraded;
    const fingerprint = isAsPlanned ? task.fingerprint : hashOf([id, task.fingerprint, this.#runs]);
    const output = {
      fingerprint,
      committedAt: decided.input.snapshot.at,
      rows: 1,
      run: `run-${this.#runs}`,
      exists: true,
      released: null,
      parts: null,
      ...remake(decided, subject, fingerprint),
    };
    this.history.set(subject, { ...before, output });
  }

  /** What a subject's table would be, made now. */
  made(decided: Decided, subject: string): string {
    const { input, workings } = decidedWith(decided, subject);
    const model = input.scope.models.get(subject);
    if (model !== undefined) return this.#selected(model);
    const node = workings.nodes.get(subject);
    const isAlternate = node?.kind === "source" && node.supply.state === "alternate";
    const place = isAlternate ? node.supply.from.name : subject;
    return input.snapshot.profiles.get(place)?.profile.fingerprint ?? `unknown ${this.#runs}`;
  }

  /** What one would read in a subject's table now. */
  read(subject: string): string | undefined {
    const view = this.#views.get(subject);
    return view === undefined ? this.tables.get(subject) : this.#selected(view);
  }

  #selected({ code, materialize, inputs }: ModelSpec): string {
    return hashOf([
      code,
      materialize,
      inputs.map(({ subject }) => this.read(subject) ?? "nothing"),
    ]);
  }

  #hasInputs({ input: { scope, snapshot } }: Decided, subject: string): boolean {
    const inputs = scope.models.get(subject)?.inputs ?? [];
    return inputs.every(
      (input) =>
        this.tables.has(input.subject) ||
        (input.onBypass === "without" &&
          (snapshot.profiles.get(input.subject)?.profile.schema ?? null) !== null),
    );
  }
}

/** What the catalog notes of a table that was made because somebody forced it. */
function remake(decided: Decided, subject: string, made: string): { remakeOf?: string } {
  const node = decided.workings.nodes.get(subject);
  const isNoted = node?.fingerprint === made && node.remakeOf !== null;
  return isNoted ? { remakeOf: node.remakeOf } : {};
}

function cancelledBy(signals: readonly Signal[], begun: readonly string[]): readonly string[] {
  const told = signals.filter(({ data }) => "cancel" in data && data.cancel === true);
  return begun.filter((subject) => told.some((signal) => signal.subject === subject));
}

function emptyHistory(subject: string): SubjectHistory {
  return {
    subject,
    output: null,
    condemned: null,
    degraded: null,
    usualRows: null,
    verified: null,
    quality: null,
    reliability: null,
  };
}

/** All tasks of a decision. */
export function tasksOf({ blueprint }: Decided): readonly Task[] {
  return [...blueprint.segments.values()].flatMap((segment) => segment.tasks);
}

function taskOf({ blueprint }: Decided, id: string): Task {
  const tasks = blueprint.segments.get(subjectOf(id))?.tasks ?? [];
  return tasks.find((task) => task.id === id) ?? raise(`no task ${id}`);
}

function subjectOf(id: string): string {
  return id.slice(0, id.lastIndexOf("."));
}

function isMaking(id: string): boolean {
  return id.endsWith(".load") || id.endsWith(".transform");
}

function raise(what: string): never {
  throw new Error(what);
}
