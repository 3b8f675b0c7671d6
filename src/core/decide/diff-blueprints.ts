import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { Json } from "../std/json.ts";
import type { Blueprint, Segment, Task, TaskId } from "./blueprint.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Workings } from "./decided.ts";
import { causeOf } from "./diff-cause.ts";

/** One side of a comparison: a whole decision, or a blueprint alone, whose causes are then not known. */
export interface DiffSide {
  readonly blueprint: Blueprint;
  readonly input?: DecideInput;
  readonly workings?: Workings;
}

/** What differs between two blueprints, each list in id order. */
export interface DiffReport {
  readonly added: readonly DiffEntry[];
  readonly removed: readonly DiffEntry[];
  readonly changed: readonly DiffEntry[];
}

export interface DiffEntry {
  readonly task: TaskId;
  /** The fields that differ, with both values. */
  readonly fields: readonly DiffField[];
  /** What made the difference: a rule set, a profile's fact, a model's code, the history, … */
  readonly cause: string;
}

export interface DiffField {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** Compares two blueprints task by task, with the cause of each difference. */
export function diffBlueprints(before: DiffSide, after: DiffSide): DiffReport {
  const added: DiffEntry[] = [];
  const removed: DiffEntry[] = [];
  const changed: DiffEntry[] = [];
  const old = before.blueprint.segments;
  const young = after.blueprint.segments;
  const subjects = new Set([...old.keys(), ...young.keys()]);
  for (const subject of [...subjects].sort(compareText)) {
    const from = old.get(subject);
    const to = young.get(subject);
    if (from?.id === to?.id) continue;
    const cause = causeOf(before, after, subject);
    for (const task of from?.tasks ?? []) {
      if (taskOf(to, task.id) === undefined) removed.push({ task: task.id, fields: [], cause });
    }
    for (const task of to?.tasks ?? []) {
      const earlier = taskOf(from, task.id);
      if (earlier === undefined) {
        added.push({ task: task.id, fields: [], cause });
        continue;
      }
      const fields = differences(fieldsOf(from, earlier), fieldsOf(to, task));
      if (fields.length > 0) changed.push({ task: task.id, fields, cause });
    }
  }
  return { added: inOrder(added), removed: inOrder(removed), changed: inOrder(changed) };
}

function inOrder(entries: readonly DiffEntry[]): readonly DiffEntry[] {
  return entries.toSorted((left, right) => compareText(left.task, right.task));
}

function taskOf(segment: Segment | undefined, id: TaskId): Task | undefined {
  return segment?.tasks.find((task) => task.id === id);
}

/** A task's fields by name; what belongs to the whole segment is shown with the task that fills its table. */
function fieldsOf(segment: Segment | undefined, task: Task): ReadonlyMap<string, Json> {
  const { id: _, kind, safeguards, bypass, after, split, ...plain } = task;
  const isMaking = kind === "load" || kind === "transform";
  const { retry, gates, fallback, circuit, retain, ...limits } = safeguards;
  return new Map<string, Json>(
    Object.entries({
      ...plain,
      bypass: bypass === null ? null : { ...bypass },
      after: after.map((edge) => ({ ...edge })),
      split: split === null ? null : { ...split },
      ...limits,
      retry: { ...retry },
      gates: gates.map(({ check, ...gate }) => ({ ...gate, check: { ...check } })),
      fallback: fallback === null ? null : { ...fallback },
      circuit: circuit === null ? null : { ...circuit },
      retain: retain === null ? null : { ...retain },
      ...(isMaking && segment !== undefined
        ? { tier: segment.tier, tags: segment.tags, slaMs: segment.slaMs }
        : {}),
    }),
  );
}

function differences(
  before: ReadonlyMap<string, Json>,
  after: ReadonlyMap<string, Json>,
): readonly DiffField[] {
  return [...after].flatMap(([field, value]) => {
    const earlier = before.get(field) ?? null;
    return canonicalJson(earlier) === canonicalJson(value)
      ? []
      : [{ field, before: earlier, after: value }];
  });
}
