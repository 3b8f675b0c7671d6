import type { DecidedRule, Decision, Segment, Task } from "../../core/decide/blueprint.ts";
import type { Attributed, MergedEffects } from "../../core/effects/merged-effects.ts";
import type { Gate } from "../../core/project/check.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import { printable } from "../text/printable.ts";
import { formatCount, formatCounted } from "../text/quantity.ts";
import {
  circuitWords,
  deadlineWords,
  fallbackWords,
  gateWords,
  retainWords,
  retryWords,
} from "./safeguard-words.ts";
import { traceWords } from "./trace-words.ts";

/** What was done to a segment, with the rules that did it; none when the project declares it. */
export interface Note {
  readonly words: string;
  readonly by: readonly string[];
}

/**
 * What rules did to a segment: one note for all that the same rules did. Gates that the project
 * declares are here too.
 */
export function decisionNotes(segment: Segment, decision: Decision | null): readonly Note[] {
  const effects = decision?.effects ?? null;
  const grouping = groupingNotes(segment.tasks, effects?.grouping?.by ?? []);
  return joinNotes([...grouping, ...gateNotes(segment.tasks), ...effectNotes(effects)]);
}

/**
 * A note with the rule that caused it.
 * @param decision whose values made the rule match; `null` leaves them out
 */
export function noteText({ words, by }: Note, decision: Decision | null): string {
  return words + becauseWords(by, decision);
}

/** Neighbours that the same rules caused become one note. */
function joinNotes(notes: readonly Note[]): readonly Note[] {
  const joined: Note[] = [];
  for (const note of notes) {
    const last = joined.at(-1);
    if (last !== undefined && note.by.length > 0 && last.by.join() === note.by.join()) {
      joined[joined.length - 1] = { words: `${last.words}; ${note.words}`, by: note.by };
    } else {
      joined.push(note);
    }
  }
  return joined;
}

/** `, because core/split-large (rows 3,000,000 > 2,000,000)`; nothing where no rule spoke. */
export function becauseWords(rules: readonly string[], decision: Decision | null): string {
  if (rules.length === 0) return "";
  const each = rules.map((rule) => {
    const decided = decision?.rules.find(({ id }) => id === rule);
    if (decided?.outcome === "undetermined") return undeterminedWords(decided);
    const trace = decided?.trace;
    return trace === undefined ? printable(rule) : `${printable(rule)} (${traceWords(trace)})`;
  });
  return `, because ${each.join(" and ")}`;
}

/** In doubt some effects hold all the same; that must not look like a rule that matched. */
function undeterminedWords({ id, missing = [], error }: DecidedRule): string {
  const why = missing.length > 0 ? `${missing.map(printable).join(", ")} not known` : error;
  return `${printable(id)} is undetermined${why === undefined ? "" : ` (${printable(why)})`}`;
}

function groupingNotes(tasks: readonly Task[], by: readonly string[]): readonly Note[] {
  return tasks.flatMap(({ kind, split, batch }) => {
    const notes: Note[] = [];
    if (split !== null) {
      const parts = formatCounted(split.parts, "part");
      notes.push({ words: `${kind} in ${parts} of ${formatCount(split.size)} rows`, by });
    }
    if (batch !== null) notes.push({ words: `${kind} together, as ${printable(batch)}`, by });
    return notes;
  });
}

/** Each gate once, though several tasks may bear it. */
function gateNotes(tasks: readonly Task[]): readonly Note[] {
  const byName = new Map<string, Gate>();
  for (const task of tasks) {
    if (task.state === "bypassed") continue;
    for (const gate of task.safeguards.gates) byName.set(gate.name, gate);
  }
  return [...byName.values()].map((gate) => ({
    words: gateWords(gate),
    by: gate.by === null ? [] : [gate.by],
  }));
}

function effectNotes(effects: MergedEffects | null): readonly Note[] {
  if (effects === null) return [];
  const note = <T>(effect: Attributed<T> | null, words: (value: T) => string): readonly Note[] =>
    effect === null ? [] : [{ words: words(effect.value), by: effect.by }];
  return [
    ...note(effects.classify, classifyWords),
    ...note(effects.priority, (value) => `priority ${formatCount(value)}`),
    ...note(effects.pool, (name) => `pool ${printable(name)}`),
    ...note(effects.retry, retryWords),
    ...note(effects.timeoutMs, (value) => `at most ${formatDurationMs(value)}`),
    ...note(effects.fallback, fallbackWords),
    ...note(effects.circuit, circuitWords),
    ...note(effects.deadlineMs, deadlineWords),
    ...note(effects.retain, retainWords),
    ...note(effects.slaMs, (value) => `to be done within ${formatDurationMs(value)}`),
    ...note(effects.cadenceMs, (value) => `expected every ${formatDurationMs(value)}`),
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
