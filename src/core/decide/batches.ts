import { compareText } from "../std/compare.ts";
import type { Batch } from "./blueprint.ts";

/** A source whose load runs, and the group that it may share. */
export interface GroupMember {
  readonly subject: string;
  readonly into: string;
  readonly max: number;
}

/**
 * Loads of one group travel together, at most as many as the smallest `max` of the group allows,
 * in name order. One alone is no batch.
 * @returns batches in id order.
 */
export function formBatches(members: Iterable<GroupMember>): readonly Batch[] {
  const groups = new Map<string, GroupMember[]>();
  for (const member of members) {
    const group = groups.get(member.into);
    if (group === undefined) groups.set(member.into, [member]);
    else group.push(member);
  }
  const batches = [...groups].flatMap(([into, group]) => cutGroup(into, group));
  return batches.sort((left, right) => compareText(left.id, right.id));
}

function cutGroup(into: string, group: readonly GroupMember[]): Batch[] {
  const size = Math.min(...group.map((member) => member.max));
  const names = group.map((member) => member.subject).sort(compareText);
  const batches: Batch[] = [];
  for (let start = 0; start < names.length; start += size) {
    const tasks = names.slice(start, start + size).map((name) => `${name}.load`);
    if (tasks.length > 1) batches.push({ id: batchId(into, batches.length + 1), tasks });
  }
  return batches;
}

function batchId(into: string, number: number): string {
  return number === 1 ? `${into}.load` : `${into}.load#${number}`;
}
