import type { Decision, Segment, Task } from "../../core/decide/blueprint.ts";
import type { Attributed, MergedEffects } from "../../core/effects/merged-effects.ts";
import type { Gate } from "../../core/project/check.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";
import { fallbackWords, gateWords, retryWords } from "./safeguard-words.ts";
import { traceWords } from "./trace-words.ts";

/**
 * What rules did to a segment, one sentence each with the rule that caused it and the values that
 * made it match. Gates that the project declares are here too.
 */
export function decisionNotes(segment: Segment, decision: Decision | null): readonly string[] {
  const because = (rules: readonly string[]) => becauseWords(rules, decision);
  const gates = gatesOf(segment.tasks).map(
    (gate) => gateWords(gate) + because(gate.by === null ? [] : [gate.by]),
  );
  const grouping = groupingNotes(segment.tasks, because(decision?.effects.grouping?.by ?? []));
  return [
    ...grouping,
    ...gates,
    ...(decision === null ? [] : effectNotes(decision.effects, because)),
  ];
}

/** `, because core/split-large (rows 3,000,000 > 2,000,000)`; nothing where no rule spoke. */
export function becauseWords(rules: readonly string[], decision: Decision | null): string {
  if (rules.length === 0) return "";
  const each = rules.map((rule) => {
    const trace = decision?.rules.find(({ id }) => id === rule)?.trace;
    return trace === undefined ? printable(rule) : `${printable(rule)} (${traceWords(trace)})`;
  });
  return `, because ${each.join(" and ")}`;
}

function groupingNotes(tasks: readonly Task[], because: string): readonly string[] {
  return tasks.flatMap((task) => {
    const notes: string[] = [];
    if (task.split !== null) {
      const { parts, size } = task.split;
      const form = `${formatCounted(parts, "part")} of ${formatCount(size)} rows`;
      notes.push(`${task.kind} in ${form}${because}`);
    }
    if (task.batch !== null) notes.push(`${task.kind} in batch ${printable(task.batch)}${because}`);
    return notes;
  });
}

/** Each gate once, though several tasks may bear it. */
function gatesOf(tasks: readonly Task[]): readonly Gate[] {
  const byName = new Map<string, Gate>();
  for (const task of tasks) {
    if (task.state === "bypassed") continue;
    for (const gate of task.safeguards.gates) byName.set(gate.name, gate);
  }
  return [...byName.values()];
}

function effectNotes(
  effects: MergedEffects,
  because: (rules: readonly string[]) => string,
): readonly string[] {
  const note = <T>(effect: Attributed<T> | null, words: (value: T) => string) =>
    effect === null ? [] : [words(effect.value) + because(effect.by)];
  return [
    ...note(effects.priority, (value) => `priority ${formatCount(value)}`),
    ...note(effects.pool, (name) => `pool ${printable(name)}`),
    ...note(effects.retry, retryWords),
    ...note(effects.timeoutMs, (value) => `at most ${formatDurationMs(value)}`),
    ...note(effects.fallback, ({ maxAgeMs }) => fallbackWords(maxAgeMs)),
    ...note(effects.slaMs, (value) => `to be done within ${formatDurationMs(value)}`),
    ...note(effects.cadenceMs, (value) => `expected every ${formatDurationMs(value)}`),
    ...note(effects.classify, classifyWords),
  ];
}

function classifyWords(value: NonNullable<MergedEffects["classify"]>["value"]): string {
  const parts = [
    ...(value.tier === null ? [] : [`tier ${value.tier}`]),
    ...(value.owner === null ? [] : [`owner ${printable(value.owner)}`]),
    ...(value.tags.length === 0 ? [] : [`tagged ${value.tags.map(printable).join(", ")}`]),
  ];
  return parts.join(", ");
}
