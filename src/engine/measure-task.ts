import type { TableName } from "../core/schema/table-schema.ts";
import { present } from "../core/std/assert.ts";
import { openTrial } from "./hold-trial.ts";
import { inputState, stateDetail } from "./input-state.ts";
import { measurementsJson } from "./measurements-json.ts";
import { readsMovedInput } from "./reads-moved-input.ts";
import { type PlannedTask, rawTable, type TaskContext, type TaskHandler } from "./task-context.ts";

/**
 * Measures conditions on what was committed. Gates that stop or divert were enforced inside the
 * transaction that committed it; here those are left that warn, and those that undo it.
 */
function measuring(
  tableOf: (planned: PlannedTask, context: TaskContext) => TableName,
): TaskHandler {
  return (planned, context, signal) =>
    Promise.all(
      planned.map(async (one) => {
        const table = tableOf(one, context);
        const trial = await openTrial(one, table, context);
        const { gates } = one.task.safeguards;
        const { rows, measurements } = await context.warehouse.measure(table, gates, signal);
        await trial.judge(measurements, signal);
        return {
          rows,
          isRepeat: false,
          detail: {
            measurements: measurementsJson(measurements),
            ...stateDetail(inputState(one, context)),
            ...(readsMovedInput(one.task, context) ? { isMoved: true } : {}),
          },
        };
      }),
    );
}

/** Measures a source's raw table. */
export const verifyTask: TaskHandler = measuring(({ segment }) => rawTable(segment.subject));

/** Measures a model's table or view. */
export const checkTask: TaskHandler = measuring(
  ({ segment }, context) =>
    present(context.models.get(segment.subject), `${segment.subject} is a model`).target,
);
