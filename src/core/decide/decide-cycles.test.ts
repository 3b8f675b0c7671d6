import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitrarySituation } from "../../../test/support/arbitrary-situation.ts";
import { inputOf, type Situation } from "../../../test/support/decide-fixture.ts";
import { lastingFailure, plainResult } from "../../../test/support/run-blueprint.ts";
import type { ModelSpec } from "../project/project.ts";
import { advance } from "../run/advance.ts";
import { describeRun } from "../run/describe-run.ts";
import type { RunEvent } from "../run/run-event.ts";
import { planRun } from "../run/run-plan.ts";
import { startRun } from "../run/run-state.ts";
import { noStanding } from "../signals/standing.ts";
import { hashOf } from "../std/hash.ts";
import type { Task } from "./blueprint.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { DecideInput, SubjectHistory } from "./decide-input.ts";
import type { Decided } from "./decided.ts";

/**
 * A warehouse of pretended tables. A table's content is the identity of what it was made of, so
 * that a table that should have been made again is told from one that is right.
 */
class World {
  readonly tables = new Map<string, string>();
  /** What stands behind the tables that are views: they follow their inputs. */
  readonly #views = new Map<string, ModelSpec>();
  readonly history = new Map<string, SubjectHistory>();
  /** Tasks that were asked for although an input's table is not there. */
  readonly baseless: string[] = [];
  #runs = 0;

  /** Runs a blueprint to its end; tasks that `fails` names do not succeed. */
  run(decided: Decided, fails: (task: string) => boolean): void {
    this.#runs += 1;
    const plan = planRun(decided.blueprint, { pools: decided.input.template.pools });
    let state = startRun(plan);
    const degraded = new Set<string>();
    const succeeded = new Set<string>();
    const inbox: RunEvent[] = [
      { type: "RunStarted", at: 0, blueprint: decided.blueprint.id, seed: 1 },
    ];
    for (let event = inbox.shift(); event !== undefined; event = inbox.shift()) {
      const step = advance(state, event);
      state = step.state;
      for (const command of step.commands) {
        if (command.type !== "StartAttempt") continue;
        const { tasks, attempt } = command;
        inbox.push({ type: "AttemptStarted", at: 0, tasks, attempt });
        if (tasks.some(fails)) {
          inbox.push({ type: "AttemptFailed", at: 0, tasks, attempt, failure: lastingFailure });
          continue;
        }
        for (const id of tasks) this.#perform(decided, id, { succeeded, degraded });
        const results = Object.fromEntries(tasks.map((id) => [id, plainResult]));
        inbox.push({ type: "AttemptSucceeded", at: 0, tasks, attempt, results });
      }
    }
    expect(describeRun(state).tasks.every(({ status }) => status !== "waiting")).toBe(true);
  }

  #perform(
    decided: Decided,
    id: string,
    run: { readonly succeeded: Set<string>; readonly degraded: Set<string> },
  ): void {
    const subject = id.slice(0, id.lastIndexOf("."));
    const task = tasksOf(decided).find((one) => one.id === id);
    if (task === undefined) throw new Error(`no task ${id}`);
    run.succeeded.add(id);
    const before = this.history.get(subject) ?? emptyHistory(subject);
    if (task.kind === "verify" || task.kind === "check") {
      this.history.set(subject, { ...before, verified: task.fingerprint });
    }
    if (task.kind !== "load" && task.kind !== "transform") return;
    const isDegraded = task.after.some(
      (edge) => !run.succeeded.has(edge.task) || run.degraded.has(edge.task),
    );
    if (task.kind === "transform" && isDegraded) run.degraded.add(id);
    if (!this.#hasInputs(decided, subject)) this.baseless.push(id);
    this.tables.set(subject, this.made(decided, subject));
    const model = decided.input.scope.models.get(subject);
    if (model?.materialize === "view") this.#views.set(subject, model);
    else this.#views.delete(subject);
    const isAsPlanned = task.kind === "load" || !isDegraded;
    const fingerprint =
      task.fingerprint !== null && isAsPlanned
        ? task.fingerprint
        : hashOf([id, task.fingerprint, this.#runs]);
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
    this.history.set(subject, { ...(this.history.get(subject) ?? before), output });
  }

  /** What a subject's table would be, made now. */
  made(decided: Decided, subject: string): string {
    const { scope, snapshot } = decided.input;
    const model = scope.models.get(subject);
    if (model === undefined) {
      return snapshot.profiles.get(subject)?.profile.fingerprint ?? `unknown ${this.#runs}`;
    }
    return this.#selected(model);
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
function remake({ workings }: Decided, subject: string, made: string): { remakeOf?: string } {
  const node = workings.nodes.get(subject);
  const isNoted = node?.fingerprint === made && node.remakeOf !== null;
  return isNoted ? { remakeOf: node.remakeOf } : {};
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

function tasksOf({ blueprint }: Decided): readonly Task[] {
  return [...blueprint.segments.values()].flatMap((segment) => segment.tasks);
}

/** Cycles of one world: what changes before each, and which tasks fail in it. */
const arbitraryLife = fc.record({
  start: arbitrarySituation(),
  cycles: fc.array(
    fc.record({
      situation: arbitrarySituation(),
      parts: fc.subarray([
        "sources",
        "profiles",
        "models",
        "ruleSets",
        "standing",
        "focus",
      ] as const),
      failing: fc.array(fc.constantFrom(...taskNames()), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function taskNames(): readonly string[] {
  const sources = ["s0", "s1", "s2", "s3", "s4"];
  const models = ["m0", "m1", "m2", "m3"];
  return [
    ...sources.flatMap((name) => ["extract", "load", "verify"].map((kind) => `${name}.${kind}`)),
    ...models.flatMap((name) => ["transform", "check"].map((kind) => `${name}.${kind}`)),
  ];
}

function inputIn(world: World, situation: Situation): DecideInput {
  return inputOf({ ...situation, history: [...world.history.values()] });
}

describe("cycle after cycle, whatever fails in between", { timeout: 60_000 }, () => {
  test("what counts as up to date is so, every input is there, and all comes to rest", () => {
    fc.assert(
      fc.property(arbitraryLife, ({ start, cycles }) => {
        const world = new World();
        let situation: Situation = { ...start };
        let decided = decide(inputIn(world, situation));
        for (const { situation: other, parts, failing } of cycles) {
          for (const part of parts) situation = { ...situation, [part]: other[part] };
          decided = decideAgain(decided, inputIn(world, situation));
          world.run(decided, (task) => failing.includes(task));
        }
        expect(world.baseless).toEqual([]);

        // What somebody said, and what a cycle is not about, is left as it is; then all is looked at.
        situation = { ...situation, standing: noStanding, focus: null };
        decided = decideAgain(decided, inputIn(world, situation));
        world.run(decided, () => false);
        expect(world.baseless).toEqual([]);
        for (const { id, kind, bypass } of tasksOf(decided)) {
          const subject = id.slice(0, id.lastIndexOf("."));
          if (bypass?.reason !== "up_to_date" || (kind !== "load" && kind !== "transform"))
            continue;
          expect([id, world.read(subject)]).toEqual([id, world.made(decided, subject)]);
        }
        const rest = decideAgain(decided, inputIn(world, situation));
        world.run(rest, () => false);
        const last = decideAgain(rest, inputIn(world, situation));
        const open = tasksOf(last).filter(
          (task) => task.state === "active" && task.fingerprint !== null,
        );
        expect(open.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
