import type { TaskId } from "../core/decide/blueprint.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import { foldRun } from "../core/run/fold-run.ts";
import { recordRun } from "../core/run/record-run.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import { type PlanOf, planRun, type Resources } from "../core/run/run-plan.ts";
import { usualDurations } from "../core/run/schedule.ts";
import { present } from "../core/std/assert.ts";
import type { EpochMs } from "../core/std/time.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import type { Catalog, RunSummary, StoredEvent } from "../ports/catalog.ts";
import { connectionsOf } from "./connections.ts";
import { writeContentNotes } from "./content-notes.ts";
import { type Cycle, decideCycle, planReport } from "./cycle.ts";
import type { CycleFocus } from "./cycle-focus.ts";
import { readCycleNotes, writeCycleNotes } from "./cycle-notes.ts";
import { readDecided, readRevisions, writeDecision } from "./decision-store.ts";
import { readDriftNotes, writeDriftNotes } from "./drift-notes.ts";
import { driftNotesAfter } from "./drift-notes-after.ts";
import { changedSince, changedText, goOnFrom, type ReusedTask } from "./go-on-from.ts";
import { abandonRun } from "./journal.ts";
import type { ValidProject } from "./load-project.ts";
import { runBlueprint } from "./local-host.ts";
import type { Parts } from "./parts.ts";
import { readPending } from "./read-signals.ts";
import { LiveRun } from "./revise-run.ts";
import { degradedOf } from "./run-degraded.ts";
import { runReport } from "./run-report.ts";
import { readSchedule, writeSchedule } from "./schedule-run.ts";
import { inboxFeed, type SignalFeed } from "./signal-feed.ts";
import type { RunOptions, RunReport } from "./sluice-project.ts";
import { resultsOf } from "./task-results.ts";
import { tidyUp } from "./tidy-up.ts";
import { endOfPressure, ResourceWatch } from "./watch-resources.ts";
import type { Workshop } from "./workshop.ts";

/** A run that is written down and may begin, or go on. */
interface PreparedRun {
  readonly summary: RunSummary;
  /** What it begins with. */
  readonly first: Decided;
  /** Of an interrupted run: how it was decided again, in that order. */
  readonly revisions: readonly Decided[];
  /** The log of an interrupted run; empty for a new one. */
  readonly log: readonly StoredEvent[];
  /** What counts as done from the beginning, by an earlier run. */
  readonly reused?: ReadonlyMap<TaskId, ReusedTask>;
}

/**
 * Runs one cycle: what was interrupted if that is asked for, else a new one.
 * @throws CATALOG_LOCKED, WAREHOUSE_LOCKED when another process is at work.
 */
export async function runCycle(
  parts: Parts,
  loaded: ValidProject,
  options: RunOptions,
): Promise<RunReport> {
  const { project } = loaded;
  await using catalog = await parts.catalogs.openWriter(
    parts.catalogPath(project.settings),
    "sluice run",
  );
  await using warehouse = await parts.openWarehouse(project);
  await using connections = connectionsOf(project, parts);
  const staging = parts.openStaging(project);
  const isAlone = () => true;
  const workshop = {
    ...{ parts, loaded, catalog, warehouse, staging, connections },
    ...{ isAlone, slots: null },
  };
  const prepared =
    (await resumedRun(workshop, options)) ??
    (options.fromFailed === undefined
      ? await newRun(workshop, options)
      : await runFrom(workshop, options.fromFailed));
  return await carryOut(workshop, prepared, options);
}

/** The last run, if it never ended and is to go on. Those that are not to go on are closed. */
async function resumedRun(workshop: Workshop, options: RunOptions): Promise<PreparedRun | null> {
  const { catalog, parts } = workshop;
  let resumed: PreparedRun | null = null;
  for (const [index, run] of (await catalog.runs(unfinishedMax)).entries()) {
    if (run.status !== "running") continue;
    const log = await catalog.events(run.id);
    const canResume = index === 0 && options.resume === true && !wasCancelled(log);
    if (canResume) {
      resumed = await readPrepared(catalog, run, log);
      tellChanges(workshop, run, resumed.first.input);
    } else await abandonRun(catalog, run.id, parts.clock.now(), newRunInstead);
  }
  return resumed;
}

/** A new run of a decision that another one failed to carry out. */
async function runFrom(workshop: Workshop, name: string): Promise<PreparedRun> {
  const { parts, catalog, warehouse, staging } = workshop;
  const outputs = await warehouse.outputs();
  const failed = await goOnFrom({ catalog, staging, outputs }, name);
  const { first, reused } = failed;
  tellChanges(workshop, failed.summary, first.input);
  const startedAt = parts.clock.now();
  const { decision } = failed.summary;
  const id = parts.random.runId(startedAt);
  const summary: RunSummary = {
    ...{ id, startedAt, finishedAt: null, status: "running", decision },
    blueprint: first.blueprint.id,
  };
  await catalog.createRun(summary);
  return { summary, first, revisions: [], log: [], reused };
}

/** A decision is carried out as it was made, whatever the files say now; that is said. */
function tellChanges({ parts, loaded }: Workshop, run: RunSummary, input: DecideInput): void {
  const changed = changedSince(loaded, input);
  if (changed.length > 0) parts.log.warn(changedText(run, changed));
}

async function readPrepared(
  catalog: Catalog,
  summary: RunSummary,
  log: readonly StoredEvent[],
): Promise<PreparedRun> {
  const first = await readDecided(catalog, summary);
  const events = log.map(({ event }) => event);
  return {
    summary,
    first,
    revisions: await readRevisions(catalog, summary.id, { first, events }),
    log,
  };
}

/** How far back runs are looked for that never ended. */
const unfinishedMax = 100;

const newRunInstead = "Its process ended, and a new run was started instead of resuming it";

/** Someone asked it to end: what it had begun is rolled back, and the rest is for a new run. */
function wasCancelled(log: readonly StoredEvent[]): boolean {
  return log.some(({ event }) => event.type === "CancelRequested");
}

/**
 * Goes on with all runs that never ended, one after the other, the oldest first.
 * @returns their reports
 */
export async function resumeRuns(
  workshop: Workshop,
  options: RunOptions,
): Promise<readonly RunReport[]> {
  const { catalog, parts } = workshop;
  const reports: RunReport[] = [];
  for (const run of (await catalog.runs(unfinishedMax)).toReversed()) {
    if (run.status !== "running") continue;
    const log = await catalog.events(run.id);
    if (wasCancelled(log)) await abandonRun(catalog, run.id, parts.clock.now(), newRunInstead);
    else {
      const prepared = await readPrepared(catalog, run, log);
      reports.push(await carryOut(workshop, prepared, options));
    }
  }
  return reports;
}

/** A new cycle, where it may be about a part of the project only. */
export interface CycleRequest extends RunOptions {
  readonly focus: CycleFocus | null;
  /** Whether it takes a waiting signal, by its place in the inbox; by default it takes all. */
  readonly takes?: (seq: number) => boolean;
  /** Where a run hears of what may change it; by default in the inbox, where all is for it. */
  readonly feedOf?: (run: string) => SignalFeed;
  /** Called once it is decided, before it is written down. */
  readonly onDecided?: (cycle: Cycle, run: string) => void;
}

/** Runs one new cycle in an open workshop, beside whatever else runs there. */
export async function runNewCycle(workshop: Workshop, request: CycleRequest): Promise<RunReport> {
  return await carryOut(workshop, await newRun(workshop, request), request);
}

/** Looks, decides, and writes down what will be run, before anything is. */
async function newRun(
  workshop: Workshop,
  options: RunOptions & Partial<CycleRequest>,
): Promise<PreparedRun> {
  const { parts, loaded, catalog, warehouse, staging, connections } = workshop;
  const at = options.now ?? parts.clock.now();
  const id = parts.random.runId(parts.clock.now());
  const notes = await readCycleNotes(catalog);
  const received = await readReceived(workshop, id, at);
  const start = {
    loaded,
    at,
    notes,
    outputs: await warehouse.outputs(),
    connections,
    drift: await readDriftNotes(catalog),
    standing: received.standing,
    catalog,
    writer: catalog,
    openProbing: () =>
      Promise.resolve({
        ...{ warehouse, staging, connections },
        // The run goes on with all of it.
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
  const cycle = await decideCycle(parts, start, { ...options, run: id });
  options.onDecided?.(cycle, id);
  const { record, blueprint } = cycle.decided;
  await writeDecision(catalog, cycle.decided);
  const { memos, records, found } = cycle.harvest;
  await writeCycleNotes(catalog, { memos, records, found });
  await writeContentNotes(catalog, cycle.decided);
  await writeDriftNotes(catalog, driftNotesAfter(cycle, start.drift));
  const startedAt = parts.clock.now();
  const summary: RunSummary = {
    id,
    startedAt,
    finishedAt: null,
    status: "running",
    blueprint: blueprint.id,
    decision: record.id,
  };
  await catalog.createRun(summary);
  const taken = received.pending.filter((seq) => options.takes?.(seq) ?? true);
  await catalog.takeSignals(taken, id, startedAt);
  options.onPlan?.(planReport(loaded, cycle), summary.id);
  return { summary, first: cycle.decided, revisions: [], log: [] };
}

/** What is told of the project, without the pressure of runs that are over. */
async function readReceived(workshop: Workshop, run: string, at: EpochMs) {
  const { catalog, isAlone } = workshop;
  const received = await readPending(catalog, at);
  const over = isAlone() ? endOfPressure(received.standing, run, at) : [];
  if (over.length === 0) return received;
  for (const signal of over) await feedOf(workshop, run).send(signal);
  return await readPending(catalog, at);
}

/** Runs what was written down, to its end, and notes what it showed. */
async function carryOut(
  workshop: Workshop,
  prepared: PreparedRun,
  options: RunOptions & Partial<CycleRequest>,
): Promise<RunReport> {
  const { parts, catalog, warehouse } = workshop;
  const { summary, first, revisions, log } = prepared;
  const events = log.map(({ event }) => event);
  const isNew = !events.some(({ type }) => type === "RunStarted");
  const { resources, id: schedule } = isNew
    ? await writeSchedule(workshop, first)
    : await readSchedule(catalog, events, first);
  const planOf = planner([first, ...revisions], resources);
  const feed = options.feedOf?.(summary.id) ?? feedOf(workshop, summary.id);
  const before = await readCycleNotes(catalog);
  const watch = new ResourceWatch({
    ...{ parts, feed, run: summary.id },
    usualMs: usualDurations(first.blueprint, before.records),
    fail: (error) => {
      parts.log.warn(`Could not see what is left to use: ${toOperatingError(error).message}`);
    },
  });
  const run = new LiveRun(workshop, {
    watch,
    summary,
    decided: revisions.at(-1) ?? first,
    results: knownResults(prepared, events),
    planOf: (blueprint) => planRun(blueprint, resources),
  });
  const state = await watch.during(() =>
    runBlueprint({
      run: summary.id,
      plan: planOf(first.blueprint.id),
      planOf,
      schedule: schedule ?? undefined,
      epoch: catalog.epoch,
      live: { signals: feed, reviser: run },
      catalog,
      executor: run,
      clock: parts.clock,
      seed: seedOf(events) ?? parts.random.uint32(),
      resumedEvents: log,
      reused: prepared.reused,
      signal: options.signal,
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
      redact: (text) => parts.secrets.redact(text),
    }),
  );
  const { blueprint, input } = run.decided;
  const { records } = await readCycleNotes(catalog);
  await writeCycleNotes(catalog, {
    records: recordRun(records, blueprint, events, watch.peaks),
    outputs: await warehouse.outputs(),
  });
  await tidyUp(workshop, events);
  const finished = (await catalog.run(summary.id)) ?? summary;
  return runReport(finished, state, {
    profiles: input.snapshot.profiles,
    events,
    degraded: degradedOf(run.decided, events),
  });
}

/** A run that has the project to itself hears of all that is left in its inbox. */
function feedOf({ parts, loaded, catalog }: Workshop, run: string): SignalFeed {
  const path = parts.catalogPath(loaded.project.settings);
  return inboxFeed({ catalog, catalogs: parts.catalogs, path }, run, parts.clock);
}

function knownResults({ reused }: PreparedRun, past: readonly RunEvent[]) {
  const results = new Map(resultsOf(past));
  for (const [task, { result }] of reused ?? []) results.set(task, result);
  return results;
}

function seedOf(events: readonly RunEvent[]): number | null {
  const started = events.find((event) => event.type === "RunStarted");
  return started === undefined ? null : started.seed;
}

/** One past run with the state that its log folds to. */
export async function pastRun(
  catalog: Pick<Catalog, "events" | "objects">,
  summary: RunSummary,
): Promise<RunReport> {
  const first = await readDecided(catalog, summary);
  const events = (await catalog.events(summary.id)).map(({ event }) => event);
  const revisions = await readRevisions(catalog, summary.id, { first, events });
  const { resources } = await readSchedule(catalog, events, first);
  const planOf = planner([first, ...revisions], resources);
  const last = revisions.at(-1) ?? first;
  const state = foldRun(planOf(first.blueprint.id), events, planOf);
  return runReport(summary, state, {
    profiles: last.input.snapshot.profiles,
    events,
    degraded: degradedOf(last, events),
  });
}

/** Plans the blueprints of a run's decisions, each when it is asked for. */
function planner(decisions: readonly Decided[], resources: Resources): PlanOf {
  const known = new Map(decisions.map((decided) => [decided.blueprint.id, decided] as const));
  return (blueprint) => {
    const decided = present(known.get(blueprint), "a run is told of its revisions' blueprints");
    return planRun(decided.blueprint, resources);
  };
}
