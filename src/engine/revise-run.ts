import type { Blueprint, TaskId } from "../core/decide/blueprint.ts";
import { concernOf } from "../core/decide/concern-of.ts";
import { decideAgain } from "../core/decide/decide-again.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import { pinnedBut, pinnedIn } from "../core/decide/pinned-in.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { SegmentChanges, TaskResult } from "../core/run/run-event.ts";
import type { RunPlan } from "../core/run/run-plan.ts";
import type { Signal } from "../core/signals/signal.ts";
import { noStanding, standingOf } from "../core/signals/standing.ts";
import { present } from "../core/std/assert.ts";
import { compareText } from "../core/std/compare.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { RunSummary } from "../ports/catalog.ts";
import type { TaskExecutor } from "../ports/task-executor.ts";
import { readContentNotes, writeContentNotes } from "./content-notes.ts";
import { harvestCycle } from "./cycle.ts";
import { readCycleNotes, writeCycleNotes } from "./cycle-notes.ts";
import type { CycleStart } from "./cycle-start.ts";
import { writeDecision } from "./decision-store.ts";
import { readDriftNotes, writeDriftNotes } from "./drift-notes.ts";
import { driftNotesAfter } from "./drift-notes-after.ts";
import { taskExecutor } from "./execute-tasks.ts";
import { type GatheredDrift, gatherDrift } from "./gather-drift.ts";
import { gatherReads } from "./gather-reads.ts";
import type { Harvest } from "./harvest.ts";
import { historyOf } from "./past.ts";
import { receivedSignals } from "./read-signals.ts";
import type { Reviser, Revision, RevisionRequest } from "./reviser.ts";
import type { ResourceWatch } from "./watch-resources.ts";
import type { Workshop } from "./workshop.ts";

/** A run that goes on, as far as deciding it again goes. */
export interface RevisedRun {
  readonly summary: RunSummary;
  /** What it goes on with: the decision that it began with, or its last revision. */
  readonly decided: Decided;
  /** What was reported before this process began. */
  readonly results: ReadonlyMap<TaskId, TaskResult>;
  readonly planOf: (blueprint: Blueprint) => RunPlan;
  /** Who sees what its attempts take. */
  readonly watch: Pick<ResourceWatch, "follow">;
}

/** Signals after which a source is looked at again. */
const askingForALook: ReadonlySet<Signal["type"]> = new Set([
  "source.back",
  "source.changed",
  "source.late",
  "schema.changed",
  "circuit.closed",
  "cycle.due",
]);

/**
 * A run that may be decided again while it goes on: who does its tasks, and who decides it. After a
 * revision its tasks are done as that says, with the results that there are.
 */
export class LiveRun implements Reviser, TaskExecutor {
  readonly #workshop: Workshop;
  readonly #summary: RunSummary;
  readonly #planOf: RevisedRun["planOf"];
  readonly #watch: RevisedRun["watch"];
  readonly #results: Map<TaskId, TaskResult>;
  #decided: Decided;
  #executor: TaskExecutor;

  constructor(workshop: Workshop, run: RevisedRun) {
    this.#workshop = workshop;
    this.#summary = run.summary;
    this.#planOf = run.planOf;
    this.#watch = run.watch;
    this.#results = new Map(run.results);
    this.#decided = run.decided;
    this.#executor = this.#executorOf(run.decided);
  }

  /** What the run goes on with now. */
  get decided(): Decided {
    return this.#decided;
  }

  async execute(
    tasks: readonly TaskId[],
    signal: AbortSignal,
    attempt: number,
  ): Promise<Readonly<Record<TaskId, TaskResult>>> {
    const executor = this.#executor;
    const work = () => this.#watch.follow(tasks, () => executor.execute(tasks, signal, attempt));
    const { slots } = this.#workshop;
    if (slots === null) return await work();
    const pool = this.#poolOf(present(tasks[0], "an attempt has a task"));
    const { pools } = this.#decided.input.template;
    return await slots.hold({ pool, slots: pools[pool] ?? 1, signal }, work);
  }

  #poolOf(task: TaskId): string {
    const { segments } = this.#decided.blueprint;
    const segment = segments.get(task.slice(0, task.lastIndexOf(".")));
    const found = segment?.tasks.find(({ id }) => id === task);
    return present(found, `${task} is in the blueprint`).safeguards.pool;
  }

  concernOf(signal: Signal): readonly string[] {
    return concernOf(this.#decided.input.scope, [signal]);
  }

  async revise(request: RevisionRequest, signal: AbortSignal): Promise<Revision> {
    const base = this.#decided;
    const looked = await this.#look(request, signal);
    const cancel = cancelledBy(request);
    const decided = decideAgain(base, looked.input, pinnedFor(base, request, cancel));
    await this.#writeDown(decided, looked);
    return {
      decision: decided.record.id,
      blueprint: decided.blueprint.id,
      segments: changesBetween(base.blueprint, decided.blueprint),
      cancel,
      plan: this.#planOf(decided.blueprint),
      adopt: () => {
        this.#decided = decided;
        this.#executor = this.#executorOf(decided);
      },
    };
  }

  /** What the decision is made of now. Only sources that a signal is about are looked at. */
  async #look(request: RevisionRequest, signal: AbortSignal): Promise<Looked> {
    const { parts, catalog, warehouse } = this.#workshop;
    const { input } = this.#decided;
    const at = Math.max(parts.clock.now(), input.snapshot.at);
    const notes = await readCycleNotes(catalog);
    const outputs = await warehouse.outputs();
    const start = { ...(await this.#start(at)), notes, outputs };
    const subjects = new Set(sourcesToLookAt(input, request));
    const focus = { subjects, discovering: new Set<string>(), known: input.snapshot.profiles };
    const harvest = await harvestCycle(parts, start, { focus, signal });
    const records = new Map([...notes.records, ...harvest.records]);
    const past = { outputs, records, contents: await readContentNotes(catalog) };
    const held = new Set(request.held);
    const { sources, models } = input.scope;
    const history = new Map([
      ...input.history,
      ...historyOf(
        past,
        [...sources.values()].filter(({ name }) => held.has(name)),
        [...models.values()].filter(({ name }) => held.has(name)),
      ),
    ]);
    const signals = [...(await receivedSignals(catalog)), ...request.signals];
    const told = {
      ...input,
      snapshot: harvest.snapshot,
      history,
      standing: standingOf(signals, at),
    };
    if (subjects.size === 0) return { input: told, start, harvest, histories: new Map() };
    const cycle = { run: this.#summary.id, signal };
    const { drift, histories } = await gatherDrift(parts, start, harvest, cycle);
    const reads = await gatherReads(parts, start, harvest, drift);
    return { input: { ...told, drift, reads }, start, harvest, histories };
  }

  async #start(at: EpochMs): Promise<Omit<CycleStart, "notes" | "outputs">> {
    const { catalog, warehouse, staging, connections, loaded } = this.#workshop;
    const { scope } = this.#decided.input;
    // What was decided is decided again by what was declared then, whatever the files say now.
    const project = {
      ...loaded.project,
      sources: [...scope.sources.values()],
      models: [...scope.models.values()],
      discover: [],
    };
    return {
      loaded: { ...loaded, project },
      at,
      connections,
      drift: await readDriftNotes(catalog),
      standing: noStanding,
      catalog,
      writer: catalog,
      openProbing: () =>
        Promise.resolve({
          ...{ warehouse, staging, connections },
          // The run goes on with all of it.
          [Symbol.asyncDispose]: () => Promise.resolve(),
        }),
    };
  }

  async #writeDown(decided: Decided, { harvest, histories, start }: Looked): Promise<void> {
    const { catalog } = this.#workshop;
    await writeDecision(catalog, decided);
    await writeCycleNotes(catalog, { memos: harvest.memos, records: harvest.records });
    await writeContentNotes(catalog, decided);
    if (histories.size === 0) return;
    await writeDriftNotes(catalog, driftNotesAfter({ harvest, decided, histories }, start.drift));
  }

  #executorOf({ blueprint, record, input }: Decided): TaskExecutor {
    const { catalog, connections, staging, warehouse } = this.#workshop;
    const profiles = new Map<string, Profile>();
    for (const [source, { profile }] of input.snapshot.profiles) profiles.set(source, profile);
    const context = {
      run: this.#summary.id,
      blueprint: blueprint.id,
      decision: record.id,
      at: input.snapshot.at,
      epoch: catalog.epoch,
      sources: input.scope.sources,
      models: input.scope.models,
      profiles,
      usualRows: (source: string) => input.history.get(source)?.usualRows ?? null,
      forced: forcedIn(input),
      ...{ connections, staging, warehouse },
    };
    return taskExecutor(blueprint, context, this.#results);
  }
}

interface Looked {
  readonly input: DecideInput;
  readonly start: CycleStart;
  readonly harvest: Harvest;
  readonly histories: GatheredDrift["histories"];
}

/** Of what may come out otherwise, the sources that signals ask to be looked at. */
function sourcesToLookAt(
  { scope }: DecideInput,
  { signals, held }: RevisionRequest,
): readonly string[] {
  const asking = signals.filter(({ type }) => askingForALook.has(type));
  const named = new Set(asking.map(({ subject }) => subject));
  return held.filter((name) => {
    const source = scope.sources.get(name);
    return source !== undefined && (named.has(name) || named.has(source.connection));
  });
}

/** Subjects that somebody has said are to run, whatever is known of them. */
function forcedIn({ standing }: DecideInput): ReadonlySet<string> {
  const forced = [...standing.overrides].filter(([, override]) => override.do === "force");
  return new Set(forced.map(([subject]) => subject));
}

/** Subjects that have begun and that an override ends. */
function cancelledBy({ signals, begun }: RevisionRequest): readonly string[] {
  const told = new Set(
    signals.flatMap(({ data, subject }) =>
      "cancel" in data && data.cancel === true ? [subject] : [],
    ),
  );
  return begun.filter((subject) => told.has(subject));
}

/** All but what is held or cancelled; and what those that go on read as it stands. */
function pinnedFor(
  base: Decided,
  { signals, begun, held }: RevisionRequest,
  cancel: readonly string[],
): ReadonlySet<string> {
  const going = begun.filter((subject) => !cancel.includes(subject));
  return new Set([...pinnedBut(base, [...held, ...cancel]), ...pinnedIn(base, signals, going)]);
}

function changesBetween(before: Blueprint, after: Blueprint): SegmentChanges {
  const names = [...new Set([...before.segments.keys(), ...after.segments.keys()])];
  const added = names.filter((name) => !before.segments.has(name));
  const removed = names.filter((name) => !after.segments.has(name));
  const changed = names.filter((name) => {
    const [old, young] = [before.segments.get(name), after.segments.get(name)];
    return old !== undefined && young !== undefined && old.id !== young.id;
  });
  return {
    added: added.sort(compareText),
    removed: removed.sort(compareText),
    changed: changed.sort(compareText),
  };
}
