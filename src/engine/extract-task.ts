import type { TaskResult } from "../core/run/run-event.ts";
import { present } from "../core/std/assert.ts";
import { hashOf } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
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
  // `replace` reads everything anew; the others go on from what the ledger proves to be loaded.
  const cursor: Json =
    source.strategy === "replace" ? null : await context.warehouse.cursor(source.name);
  const extraction = hashOf({
    source: source.name,
    locator: source.locator,
    cursor,
    // Content of unknown identity is never taken for what another run has read.
    content: task.fingerprint ?? context.run,
  });
  let isRepeat = true;
  const manifest = await context.staging.stage(source.name, extraction, async (folder) => {
    isRepeat = false;
    const session = await context.connections.session(source.connection);
    return session.extract({ source, folder, cursor }, signal);
  });
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
    },
  };
}
