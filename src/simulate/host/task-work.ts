import type { Segment, Task, TaskId } from "../../core/decide/blueprint.ts";
import type { Decided } from "../../core/decide/decided.ts";
import type { TaskResult } from "../../core/run/run-event.ts";
import { present } from "../../core/std/assert.ts";
import { SimulatedFailure } from "../simulated-failure.ts";
import type { SimulationContext } from "../simulation-context.ts";
import type { Manifest } from "../store/simulated-staging.ts";
import type { LoadRequest, Outcome, Provenance } from "../store/simulated-warehouse.ts";
import { checkLoaded } from "../watch/data-watch.ts";
import { Violation } from "../watch/violation.ts";
import { sliceOf } from "../world/source-state.ts";
import { contentOf } from "../world/world.ts";

/** The work of an attempt after it has read what it reads: what is left is to commit. */
export interface Work {
  /** Rows that it has to move, by which its time goes. */
  readonly rows: number;
  /** True when it has an effect on the warehouse. */
  readonly isEffect: boolean;
  /**
   * Commits, or does not.
   * @throws SimulatedFailure
   */
  readonly commit: () => readonly TaskResult[];
}

/** What the tasks of one run work with. */
export interface RunScope {
  readonly context: SimulationContext;
  readonly run: string;
  /** As it was last revised. */
  readonly decided: () => Decided;
  readonly epoch: number;
  /** What tasks of this run have reported so far. */
  readonly results: ReadonlyMap<TaskId, TaskResult>;
}

interface Planned {
  readonly task: Task;
  readonly segment: Segment;
}

/** Begins the tasks of one attempt, all of one kind. @throws SimulatedFailure */
export function beginWork(ids: readonly TaskId[], scope: RunScope): Work {
  const planned = ids.map((id) => plannedTask(scope.decided(), id));
  const first = present(planned[0], "an attempt has a task");
  switch (first.task.kind) {
    case "extract":
      return extract(first, scope);
    case "load":
      return load(planned, scope);
    case "transform":
      return transform(first, scope);
    case "verify":
    case "check":
      return measure(first, scope);
  }
}

/** A task of a blueprint with its segment. */
export function plannedTask({ blueprint }: Decided, id: TaskId): Planned {
  const segment = present(blueprint.segments.get(id.slice(0, id.lastIndexOf("."))), id);
  const task = present(
    segment.tasks.find((one) => one.id === id),
    id,
  );
  return { task, segment };
}

function extract({ task, segment }: Planned, scope: RunScope): Work {
  const { context, run, decided } = scope;
  const { world, warehouse, staging } = context;
  const source = world.source(segment.subject);
  const cursor = source.spec.strategy === "replace" ? null : warehouse.cursorOf(segment.subject);
  const probed =
    decided().input.snapshot.profiles.get(segment.subject)?.profile.fingerprint ?? null;
  let extraction = `${segment.subject} ${cursor} ${task.fingerprint ?? run}`;
  // What an earlier attempt read for a moment is not what is wanted.
  for (let known = staging.find(extraction); known !== null; known = staging.find(extraction)) {
    if (known.content === probed) break;
    extraction = `${extraction} not ${known.id}`;
  }
  const isRepeat = staging.find(extraction) !== null;
  const presence = world.presenceOf(source);
  if (!isRepeat && presence !== "present") {
    const code = presence === "missing" ? "SOURCE_MISSING" : "CONNECTION_FAILED";
    throw new SimulatedFailure(code, `${segment.subject} is not there`);
  }
  const slice = sliceOf(source, cursor ?? 0);
  const content = contentOf(source);
  const rows = (slice.to - slice.from) * source.scale;
  return {
    rows: isRepeat ? 0 : rows,
    isEffect: false,
    commit: () => {
      const manifest = staging.commit(segment.subject, extraction, { ...slice, content });
      const isMoved = manifest.content !== probed;
      const detail = { extraction, manifest: manifest.id, cursorBefore: cursor };
      return [{ rows, isRepeat, detail: isMoved ? { ...detail, isMoved } : detail }];
    },
  };
}

function load(planned: readonly Planned[], scope: RunScope): Work {
  const requests = planned.map((one) => loadRequest(one, scope));
  const { world, warehouse } = scope.context;
  warehouse.begin(requests);
  const rows = requests.reduce(
    (sum, { source, manifest }) => sum + (manifest.to - manifest.from) * world.source(source).scale,
    0,
  );
  return {
    rows,
    isEffect: true,
    commit: () => {
      const outcomes = warehouse.load(requests);
      checkFenced(scope, outcomes);
      for (const { source } of requests) checkLoaded(scope.context, source);
      return outcomes.map((outcome, index) => {
        const { source = "", manifest } = requests[index] ?? {};
        const isMoved = scope.results.get(`${source}.extract`)?.detail["isMoved"] === true;
        return { ...outcome, detail: { rowsQuarantined: manifest?.poisoned ?? 0, isMoved } };
      });
    },
  };
}

function loadRequest(planned: Planned, scope: RunScope): LoadRequest {
  const { subject } = planned.segment;
  const detail = scope.results.get(`${subject}.extract`)?.detail;
  const extraction = detail?.["extraction"];
  const manifest: Manifest | null =
    typeof extraction === "string" ? scope.context.staging.find(extraction) : null;
  if (manifest === null) {
    throw new SimulatedFailure("STAGING_INVALID", `The staged files of ${subject} are gone`);
  }
  const cursor = detail?.["cursorBefore"];
  return {
    source: subject,
    strategy: scope.context.world.source(subject).spec.strategy,
    manifest,
    cursorBefore: typeof cursor === "number" ? cursor : null,
    fingerprint: loadedAs(planned.task, manifest, detail?.["isMoved"] === true),
    provenance: provenanceOf(planned.task, scope),
  };
}

/** What the ledger is told that was loaded: not what was decided about, where it is other content. */
function loadedAs({ fingerprint }: Task, manifest: Manifest, isMoved: boolean): string {
  if (fingerprint === null) return manifest.id;
  return isMoved ? `${fingerprint} as ${manifest.id} ${manifest.content}` : fingerprint;
}

function transform({ task, segment }: Planned, scope: RunScope): Work {
  const { context, run } = scope;
  const { world, warehouse } = context;
  const model = present(world.models.get(segment.subject), `${segment.subject} is a model`);
  const missing = model.inputs.find(
    ({ subject, onBypass }) =>
      onBypass !== "without" && warehouse.contentOf(subject, world.models) === null,
  );
  if (missing !== undefined) {
    throw new SimulatedFailure("WAREHOUSE_REFUSED", `There is no table ${missing.subject}`);
  }
  const content = warehouse.contentMadeOf(segment.subject, world.models);
  const isDegraded = readsOldInput(task, scope);
  const isMoved = readsMovedInput(task, scope);
  const isPlanned = task.fingerprint !== null && !isDegraded && !isMoved;
  const fingerprint = isPlanned ? task.fingerprint : `of run ${run}: ${task.id}`;
  const provenance = provenanceOf(task, scope);
  return {
    rows: 0,
    isEffect: true,
    commit: () => {
      const outcome = warehouse.transform({ model, fingerprint, content, provenance });
      checkFenced(scope, [outcome]);
      return [{ ...outcome, detail: { isDegraded, isMoved } }];
    },
  };
}

function measure({ task, segment }: Planned, scope: RunScope): Work {
  const { warehouse } = scope.context;
  const table = warehouse.tables.get(segment.subject);
  if (table?.exists !== true) {
    throw new SimulatedFailure("WAREHOUSE_REFUSED", `There is no table ${segment.subject}`);
  }
  const detail = {
    measurements: [],
    isDegraded: readsOldInput(task, scope),
    isMoved: readsMovedInput(task, scope),
  };
  return {
    rows: 0,
    isEffect: false,
    commit: () => [{ rows: table.head.rows, isRepeat: false, detail }],
  };
}

/** Something was committed: by a process that was still the newest. */
function checkFenced({ context, epoch }: RunScope, outcomes: readonly Outcome[]): void {
  const newest = context.catalog.epoch;
  if (epoch === newest || outcomes.every(({ isRepeat }) => isRepeat)) return;
  throw new Violation("fencing", `epoch ${epoch} commits while ${newest} is at work`);
}

function provenanceOf(task: Task, { run, epoch, decided }: RunScope): Provenance {
  return { run, task: task.id, epoch, at: decided().input.snapshot.at };
}

/** As in the engine: an input did not become what the blueprint says, or was made of such a one. */
function readsOldInput(task: Task, { results }: RunScope): boolean {
  return task.after.some((dependency) => {
    const result = results.get(dependency.task);
    return result === undefined || result.detail["isDegraded"] === true;
  });
}

/** As in the engine: an input holds other content than was decided about. */
function readsMovedInput(task: Task, { results }: RunScope): boolean {
  return task.after.some(({ task: id }) => results.get(id)?.detail["isMoved"] === true);
}
