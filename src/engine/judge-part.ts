import { percentText, type Share, shareOf, shareText } from "../core/decide/share.ts";
import { isReadWhole } from "../core/decide/supply.ts";
import { present } from "../core/std/assert.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { ManifestDraft } from "../ports/staging.ts";
import type { PlannedTask, TaskContext } from "./task-context.ts";

/**
 * What an extraction that may be a part is judged by, before it is staged.
 * @returns `null` where it may not be one: what cannot be read then fails, and what was read is whole
 */
export function judgePart(
  planned: PlannedTask,
  context: TaskContext,
): ((draft: ManifestDraft) => void) | null {
  const { fallback } = planned.task.safeguards;
  const { subject } = planned.segment;
  if (fallback?.use !== "partial" || context.forced.has(subject)) return null;
  return (draft) => {
    const share = shareIn(planned, draft, context);
    if (share === null || !share.isShort || share.share >= fallback.minShare) return;
    const [first] = draft.leftOut ?? [];
    const because = first === undefined ? "" : `; ${first.because}`;
    throw new OperatingError(
      "SOURCE_SHORT",
      `${subject} has only ${shareText(share)}, and at least ${percentText(fallback.minShare)} are asked for${because}`,
      {
        hint: `What was loaded last stays. When it is right as it is: \`sluice signal force ${subject}\`.`,
      },
    );
  };
}

/** What an extraction is a part of, in words; `null` for one that is whole. */
export function partOf(
  planned: PlannedTask,
  draft: ManifestDraft,
  context: TaskContext,
): string | null {
  if (judgePart(planned, context) === null) return null;
  const share = shareIn(planned, draft, context);
  if (share === null || !share.isShort) return null;
  return `${planned.segment.subject} came with ${shareText(share)}`;
}

function shareIn(
  { segment: { subject } }: PlannedTask,
  draft: ManifestDraft,
  context: TaskContext,
): Share | null {
  const source = present(context.sources.get(subject), `${subject} is a source`);
  const arrived = {
    rows: isReadWhole(source) ? draft.rows : null,
    files: draft.files.length,
    filesLeftOut: draft.leftOut?.length ?? 0,
  };
  return shareOf(arrived, context.usualRows(subject));
}
