import type { Task } from "../core/decide/blueprint.ts";
import type { ModelSpec } from "../core/project/project.ts";
import { adapterView } from "../core/routes/adapter-view.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { present } from "../core/std/assert.ts";
import { type Hash, hashOf } from "../core/std/hash.ts";
import type { TransformRequest } from "../ports/warehouse.ts";
import { inputState, stateDetail } from "./input-state.ts";
import { measurementsJson } from "./measurements-json.ts";
import { readsMovedInput } from "./reads-moved-input.ts";
import {
  type PlannedTask,
  provenanceOf,
  rawTable,
  type TaskContext,
  type TaskHandler,
} from "./task-context.ts";

/** Builds a model and swaps it in, in one transaction. */
export const transformTask: TaskHandler = (planned, context, signal) =>
  Promise.all(planned.map((one) => transformOne(one, context, signal)));

async function transformOne(
  { task, segment }: PlannedTask,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskResult> {
  const model = present(context.models.get(segment.subject), `${task.id} has a model`);
  const state = inputState({ task, segment }, context);
  const isMoved = readsMovedInput(task, context);
  const fingerprint = fingerprintOf(task, context, state.isUnplanned);
  const outcome = await context.warehouse.transform(
    {
      model: model.name,
      target: model.target,
      materialize: model.materialize,
      sql: model.sql,
      fingerprint,
      gates: task.safeguards.gates,
      adapters: (segment.route?.adapters ?? []).map((adapter) => ({
        adapter,
        table: rawTable(adapter.source),
        view: adapterView(adapter),
      })),
      emptyInputs: await emptyInputs(model, context),
      keepVersions: task.safeguards.retain?.versions ?? 0,
      provenance: provenanceOf(task, context),
    },
    signal,
  );
  return {
    rows: outcome.rows,
    isRepeat: outcome.isRepeat,
    detail: {
      fingerprint,
      measurements: measurementsJson(outcome.measurements),
      ...stateDetail(state),
      ...(isMoved ? { isMoved } : {}),
    },
  };
}

/**
 * What the ledger is told that this was made from. A result of other inputs than were planned, or
 * of an input of unknown identity, is one of its own: no later cycle may take it for what was planned.
 */
function fingerprintOf(task: Task, context: TaskContext, isOther: boolean): Hash {
  const isPlanned = task.fingerprint !== null && !isOther;
  return isPlanned ? task.fingerprint : hashOf([task.id, task.fingerprint, context.run]);
}

/** Sources that a model may do `without` and that never arrived: it reads them as empty tables. */
async function emptyInputs(
  model: ModelSpec,
  context: TaskContext,
): Promise<TransformRequest["emptyInputs"]> {
  const optional = model.inputs.filter((input) => input.onBypass === "without");
  if (optional.length === 0) return [];
  const outputs = await context.warehouse.outputs();
  return optional.flatMap(({ subject }) => {
    const columns = context.profiles.get(subject)?.schema?.columns;
    const table = rawTable(subject);
    const isThere = outputs.get(tableText(table))?.exists === true;
    return isThere || columns === undefined ? [] : [{ table, columns }];
  });
}
