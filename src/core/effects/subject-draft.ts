import type { Gate } from "../project/check.ts";
import type { SubjectKind, TaskKind } from "../project/project.ts";
import type { Safeguards } from "./safeguards.ts";

/**
 * What a subject's tasks look like before its own facts meet them: the template's scaffold, then
 * shaped by effects. Subjects with the same effects and declarations share one draft, so nothing
 * in it may depend on a profile, the history or the time.
 */
export interface SubjectDraft {
  readonly kind: SubjectKind;
  /** Of a source whose connection matters to its safeguards; else `null`, so that drafts are shared. */
  readonly connection: string | null;
  /** `forced` holds against being not demanded; `bypassed` names the rule that asks for it. */
  readonly activation:
    | { readonly state: "default" }
    | { readonly state: "forced" }
    | { readonly state: "bypassed"; readonly by: string; readonly because: string | null };
  /** The batch that its load may share. */
  readonly group: { readonly into: string; readonly max: number } | null;
  /** Rows per part of its load; it is split only when it has more. */
  readonly splitRows: number | null;
  readonly tags: readonly string[];
  readonly slaMs: number | null;
  readonly tasks: readonly TaskDraft[];
}

/** One task of a draft. */
export interface TaskDraft {
  readonly kind: TaskKind;
  readonly safeguards: Safeguards;
}

/** Changes the safeguards of every task, or of those of one kind. */
export function withSafeguards(
  draft: SubjectDraft,
  change: Partial<Safeguards>,
  isMeant: (kind: TaskKind) => boolean = () => true,
): SubjectDraft {
  const tasks = draft.tasks.map((task) =>
    isMeant(task.kind) ? { ...task, safeguards: { ...task.safeguards, ...change } } : task,
  );
  return { ...draft, tasks };
}

/** Keeps at least this many earlier versions of the subject's table. */
export function withVersions(draft: SubjectDraft, versions: number): SubjectDraft {
  const kept = draft.tasks.map((task) => task.safeguards.retain?.versions ?? 0);
  const retain = { versions: Math.max(versions, ...kept) };
  return withSafeguards(draft, { retain }, commits);
}

/**
 * Gives gates to the tasks that they belong to: what stops or diverts is enforced inside the
 * transaction that commits (`load`, `transform`), what only warns, or undoes what was committed,
 * is measured after it (`verify`, `check`). To undo, there must be a version to go back to.
 */
export function withGates(draft: SubjectDraft, gates: readonly Gate[]): SubjectDraft {
  const enforced = gates.filter(isEnforced);
  const watched = gates.filter((gate) => !isEnforced(gate));
  const afterEnforced = withSafeguards(draft, { gates: enforced }, commits);
  const afterAll = withSafeguards(afterEnforced, { gates: watched }, measures);
  return watched.some((gate) => gate.onFail === "undo") ? withVersions(afterAll, 1) : afterAll;
}

function isEnforced({ onFail }: Gate): boolean {
  return onFail === "fail" || onFail === "quarantine";
}

/** All gates of a draft, enforced and watched. */
export function gatesOf(draft: SubjectDraft): readonly Gate[] {
  return draft.tasks.flatMap((task) => task.safeguards.gates);
}

function commits(kind: TaskKind): boolean {
  return kind === "load" || kind === "transform";
}

function measures(kind: TaskKind): boolean {
  return kind === "verify" || kind === "check";
}
