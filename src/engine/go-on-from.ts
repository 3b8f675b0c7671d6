import type { Blueprint, Task, TaskId } from "../core/decide/blueprint.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import { shortHash } from "../core/std/hash.ts";
import { toJson } from "../core/std/to-json.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CatalogReader, RunSummary, StoredEvent } from "../ports/catalog.ts";
import type { Staging } from "../ports/staging.ts";
import type { CommittedOutput } from "../ports/warehouse.ts";
import { readDecided } from "./decision-store.ts";
import type { ValidProject } from "./load-project.ts";
import { namedRun } from "./named-run.ts";
import { rawTable } from "./task-context.ts";
import { resultsOf } from "./task-results.ts";

/** A task that an earlier run has done, and what it left is still there. */
export interface ReusedTask {
  readonly result: TaskResult;
  /** The run that did it. */
  readonly from: string;
}

/** A decision that failed to be carried out, and what of it was. */
export interface FailedRun {
  readonly summary: RunSummary;
  /** What it was to carry out. */
  readonly first: Decided;
  readonly reused: ReadonlyMap<TaskId, ReusedTask>;
}

interface Place {
  readonly catalog: Pick<CatalogReader, "objects" | "runs" | "run" | "events">;
  readonly staging: Pick<Staging, "find">;
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
}

/** How far back a run may lie that is to be gone on from. */
const runsMax = 100;

/**
 * What is to be done to bring a failed run's decision to its end: all but the tasks that it, or a run
 * that went on from it, did and whose work is proved to be there still, with all before them.
 * @param name id of a run, or a word for its place
 * @throws NOT_FOUND; USAGE_INVALID when there is nothing to go on from
 */
export async function goOnFrom(place: Place, name: string): Promise<FailedRun> {
  const { catalog } = place;
  const recent = await catalog.runs(runsMax);
  const summary = await namedRun(catalog, name);
  if (summary === null) {
    throw new OperatingError("NOT_FOUND", `There is no run ${name}`, {
      hint: "`sluice runs` lists them.",
    });
  }
  const position = recent.findIndex(({ id }) => id === summary.id);
  const later = position < 0 ? recent : recent.slice(0, position);
  if (summary.status === "succeeded") {
    throw refused(`Run ${summary.id} succeeded: nothing of it is left to do`);
  }
  const other = later.find((run) => run.decision !== summary.decision);
  if (other !== undefined || position < 0) {
    const by = other === undefined ? "" : `: run ${other.id} has carried out another decision`;
    throw refused(`Run ${summary.id} is not the last one${by}`);
  }
  const first = await readDecided(catalog, summary);
  const { blueprint, input } = first;
  const done = new Map<TaskId, ReusedTask>();
  const runs = new Set<string>();
  for (const { id } of [...later, summary].reverse()) {
    const log = await catalog.events(id);
    if (log.some(({ event }) => event.type === "RevisionDecided")) {
      throw refused(`Run ${id} was decided again while it went on`);
    }
    runs.add(id);
    addDone(done, id, log);
  }
  const reused = await stillThere({ ...place, blueprint, input, done, runs });
  return { summary, first, reused };
}

function refused(detail: string): OperatingError {
  return new OperatingError("USAGE_INVALID", detail, {
    hint: "`sluice run` decides anew, and runs again only what is not up to date.",
  });
}

function addDone(done: Map<TaskId, ReusedTask>, run: string, log: readonly StoredEvent[]): void {
  const events = log.map(({ event }) => event);
  const from = new Map<TaskId, string>();
  for (const event of events) if (event.type === "TaskReused") from.set(event.task, event.from);
  for (const [task, result] of resultsOf(events)) {
    done.set(task, { result, from: from.get(task) ?? run });
  }
}

interface Proof extends Pick<Place, "staging" | "outputs"> {
  readonly blueprint: Blueprint;
  readonly input: DecideInput;
  readonly done: ReadonlyMap<TaskId, ReusedTask>;
  /** Those whose commits count. */
  readonly runs: ReadonlySet<string>;
}

/** Of the tasks that were done: those whose work is there, as that of all before them is. */
async function stillThere(proof: Proof): Promise<ReadonlyMap<TaskId, ReusedTask>> {
  const tasks = new Map<TaskId, { readonly task: Task; readonly subject: string }>();
  for (const { subject, tasks: own } of proof.blueprint.segments.values()) {
    for (const task of own) tasks.set(task.id, { task, subject });
  }
  const known = new Map<TaskId, boolean>();
  // A chain of tasks may be longer than the stack is deep, so that each waits on a list for those before it.
  const open = [...tasks.keys()];
  for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
    const found = tasks.get(id);
    if (found === undefined || known.has(id)) {
      open.pop();
      continue;
    }
    const before = found.task.after.map(({ task }) => task).filter((task) => tasks.has(task));
    const unknown = before.filter((task) => !known.has(task));
    if (unknown.length > 0) {
      open.push(...unknown);
      continue;
    }
    open.pop();
    const isBypassed = found.task.state === "bypassed";
    known.set(
      id,
      isBypassed ||
        (before.every((task) => known.get(task) === true) &&
          (await isProven(found.task, found.subject, proof))),
    );
  }
  return new Map([...proof.done].filter(([id]) => known.get(id) === true));
}

async function isProven(task: Task, subject: string, proof: Proof): Promise<boolean> {
  const done = proof.done.get(task.id);
  if (done === undefined) return false;
  switch (task.kind) {
    case "extract":
      return isLoaded(subject, proof) || (await isStaged(subject, done.result, proof));
    case "load":
    case "transform":
      return isCommitted(subject, task, proof);
    case "verify":
    case "check":
      // What was measured is the table that the task before it left.
      return true;
  }
}

function isLoaded(subject: string, proof: Proof): boolean {
  const load = proof.blueprint.segments.get(subject)?.tasks.find(({ kind }) => kind === "load");
  return load !== undefined && proof.done.has(load.id) && isCommitted(subject, load, proof);
}

async function isStaged(subject: string, { detail }: TaskResult, proof: Proof): Promise<boolean> {
  const { extraction, manifest } = detail;
  if (typeof extraction !== "string") return false;
  try {
    return (await proof.staging.find(subject, extraction))?.id === manifest;
  } catch (error) {
    // A file of the source's own has changed: it is extracted again, which says what is wrong with it.
    if (error instanceof OperatingError) return false;
    throw error;
  }
}

function isCommitted(subject: string, task: Task, { input, outputs, runs }: Proof): boolean {
  const model = input.scope.models.get(subject);
  const output = outputs.get(tableText(model === undefined ? rawTable(subject) : model.target));
  if (output === undefined || !output.exists) return false;
  return (
    runs.has(output.run) || (task.fingerprint !== null && output.fingerprint === task.fingerprint)
  );
}

/**
 * What the project's files say otherwise than when a run was decided: it goes on as it was decided.
 * @returns subjects and rule sets in the order of their kinds; empty when nothing changed
 */
export function changedSince(
  { project, ruleSets }: ValidProject,
  input: Pick<DecideInput, "scope" | "ruleSets">,
): readonly string[] {
  const isOther = (left: unknown, right: unknown) =>
    canonicalJson(toJson(left ?? null)) !== canonicalJson(toJson(right ?? null));
  const { sources, models } = input.scope;
  const declared = new Map(project.sources.map((source) => [source.name, source]));
  const removed = [...sources.values()].filter(
    ({ name, origin }) => origin === "declared" && !declared.has(name),
  );
  const known = new Set(input.ruleSets.map(({ id }) => id));
  const now = new Set(project.models.map(({ name }) => name));
  return [
    ...project.sources.filter((source) => isOther(source, sources.get(source.name))),
    ...removed,
    ...project.models.filter((model) => isOther(model, models.get(model.name))),
    ...[...models.values()].filter(({ name }) => !now.has(name)),
    ...ruleSets.filter(({ id }) => !known.has(id)),
  ].map(({ name }) => name);
}

/** Said once, when a run goes on with a decision that the files have left behind. */
export function changedText(run: RunSummary, changed: readonly string[]): string {
  const some = changed.slice(0, 5).join(", ");
  const more = changed.length > 5 ? ` and ${changed.length - 5} more` : "";
  return (
    `The project's files have changed since run ${run.id} was decided (${some}${more}). It goes on as it ` +
    `was decided (${shortHash(run.decision)}); \`sluice run\` decides anew.`
  );
}
