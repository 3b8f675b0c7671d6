import type { Segment } from "../../core/decide/blueprint.ts";
import { compareText } from "../../core/std/compare.ts";

/**
 * Segments in the order in which people follow data: sources by name, then models level by level,
 * by name within a level.
 */
export function planOrder(segments: ReadonlyMap<string, Segment>): readonly Segment[] {
  const levels = levelsOf(segments);
  const level = (segment: Segment) => levels.get(segment.subject) ?? 0;
  return [...segments.values()].sort((left, right) => {
    if (left.kind !== right.kind) return left.kind === "source" ? -1 : 1;
    return level(left) - level(right) || compareText(left.subject, right.subject);
  });
}

/** How many segments come before each on its longest path. Subjects on a cycle have none. */
function levelsOf(segments: ReadonlyMap<string, Segment>): ReadonlyMap<string, number> {
  const subjectOf = new Map<string, string>();
  for (const { subject, tasks } of segments.values()) {
    for (const task of tasks) subjectOf.set(task.id, subject);
  }
  const readers = new Map<string, string[]>();
  const waitingFor = new Map<string, number>();
  for (const { subject, tasks } of segments.values()) {
    const inputs = new Set(
      tasks.flatMap((task) => task.after.map((dependency) => subjectOf.get(dependency.task) ?? "")),
    );
    inputs.delete(subject);
    inputs.delete("");
    waitingFor.set(subject, inputs.size);
    for (const input of inputs) {
      const known = readers.get(input);
      if (known === undefined) readers.set(input, [subject]);
      else known.push(subject);
    }
  }
  const levels = new Map<string, number>();
  let current = [...waitingFor].filter(([, count]) => count === 0).map(([subject]) => subject);
  for (let level = 0; current.length > 0; level += 1) {
    const next: string[] = [];
    for (const subject of current) {
      levels.set(subject, level);
      for (const reader of readers.get(subject) ?? []) {
        const left = (waitingFor.get(reader) ?? 0) - 1;
        waitingFor.set(reader, left);
        if (left === 0) next.push(reader);
      }
    }
    current = next;
  }
  return levels;
}
