import type { SourceSpec } from "../core/project/project.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import { present } from "../core/std/assert.ts";
import { alternateAfter } from "./alternate-after.ts";
import { judgePart, partOf } from "./judge-part.ts";
import { type StagedSource, stageSource } from "./stage-source.ts";
import type { PlannedTask, TaskContext, TaskHandler } from "./task-context.ts";

/** Writes immutable staged files. A second attempt with a committed manifest does nothing. */
export const extractTask: TaskHandler = (planned, context, signal) =>
  Promise.all(planned.map((one) => extractOne(one, context, signal)));

async function extractOne(
  planned: PlannedTask,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { task, segment } = planned;
  const source = present(context.sources.get(segment.subject), `${task.id} has a source`);
  const alternate = segment.degraded?.alternate ?? null;
  if (alternate !== null) {
    const from = present(context.sources.get(alternate), `${alternate} is a source`);
    return toResult(planned, await stage(planned, source, from, { context, signal }), null);
  }
  try {
    const staged = await stage(planned, source, null, { context, signal });
    const part = partOf(planned, staged.manifest, context);
    return toResult(planned, staged, part);
  } catch (error) {
    const stand = alternateAfter(error, planned, context, signal);
    if (stand === null) throw error;
    const staged = await stage(planned, source, stand.from, { context, signal });
    const result = toResult(planned, staged, stand.because);
    return { ...result, detail: { ...result.detail, alternate: stand.from.name, isMoved: true } };
  }
}

async function stage(
  planned: PlannedTask,
  source: SourceSpec,
  from: SourceSpec | null,
  { context, signal }: { readonly context: TaskContext; readonly signal: AbortSignal },
): Promise<StagedSource> {
  const place = from ?? source;
  const judge = from === null ? judgePart(planned, context) : null;
  const wanted = {
    key: planned.task.fingerprint ?? context.run,
    probed: context.profiles.get(place.name)?.fingerprint ?? null,
    ...(from === null ? {} : { alternate: from }),
    ...(judge === null ? {} : { judgePart: judge }),
  };
  const staged = await stageSource(source, wanted, context, signal);
  // One that had committed before may have been judged by other rules, or by none.
  judge?.(staged.manifest);
  return staged;
}

/** @param degraded what makes it less than it should be, beside what was planned */
function toResult(
  { segment }: PlannedTask,
  { manifest, extraction, cursor, isRepeat, isMoved }: StagedSource,
  degraded: string | null,
): TaskResult {
  const because = degraded ?? (isMoved ? null : (segment.degraded?.because ?? null));
  const isUnplanned = degraded !== null && segment.degraded === null;
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
      ...(because === null ? {} : { isDegraded: true, degradedBecause: because, isUnplanned }),
      ...(manifest.leftOut === undefined
        ? {}
        : { leftOut: manifest.leftOut.map((file) => ({ ...file })) }),
    },
  };
}
