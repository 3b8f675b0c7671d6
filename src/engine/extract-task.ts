import type { TaskResult } from "../core/run/run-event.ts";
import { present } from "../core/std/assert.ts";
import { stageSource } from "./stage-source.ts";
import type { PlannedTask, TaskContext, TaskHandler } from "./task-context.ts";

/** Writes immutable staged files. A second attempt with a committed manifest does nothing. */
export const extractTask: TaskHandler = (planned, context, signal) =>
  Promise.all(planned.map((one) => extractOne(one, context, signal)));

async function extractOne(
  { task, segment }: PlannedTask,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskResult> {
  const source = present(context.sources.get(segment.subject), `${task.id} has a source`);
  const wanted = {
    key: task.fingerprint ?? context.run,
    probed: context.profiles.get(source.name)?.fingerprint ?? null,
  };
  const staged = await stageSource(source, wanted, context, signal);
  const { manifest, extraction, cursor, isRepeat, isMoved } = staged;
  return {
    rows: manifest.rows,
    isRepeat,
    detail: {
      extraction,
      manifest: manifest.id,
      cursorBefore: cursor,
      scope: manifest.scope,
      files: manifest.files.length,
      bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
      ...(isMoved ? { isMoved } : {}),
    },
  };
}
