import type { Signal } from "../signals/signal.ts";
import { signalTypes } from "../signals/signal-types.ts";
import { compareText } from "../std/compare.ts";
import type { Scope } from "./decide-input.ts";
import { findReaders } from "./model-order.ts";

/** What of a signal says whom it may concern. */
export type Concerning = Pick<Signal, "type" | "subject">;

/**
 * The subjects whose decision signals may change: what they are about, and all that reads of that,
 * directly or through others. A signal about a connection concerns its sources; one about pressure,
 * what is optional. What runs only when it is used may be used otherwise than before, so it and its
 * readers belong to the concern of those who read it.
 * @returns each once, in name order.
 */
export function concernOf(scope: Scope, signals: Iterable<Concerning>): readonly string[] {
  const readers = findReaders(scope.models);
  const concern = new Set<string>();
  const open: string[] = [];
  const add = (subject: string) => {
    const isKnown = scope.sources.has(subject) || scope.models.has(subject);
    if (!isKnown || concern.has(subject)) return;
    concern.add(subject);
    open.push(subject);
  };
  for (const signal of signals) for (const subject of subjectsOf(scope, signal)) add(subject);
  for (let subject = open.pop(); subject !== undefined; subject = open.pop()) {
    for (const reader of readers.get(subject) ?? []) add(reader);
    for (const input of scope.models.get(subject)?.inputs ?? []) {
      if (specOf(scope, input.subject)?.demand === "when_used") add(input.subject);
    }
  }
  return [...concern].sort(compareText);
}

function subjectsOf(scope: Scope, { type, subject }: Concerning): readonly string[] {
  switch (signalTypes[type].subject) {
    case "source":
    case "subject":
      return [subject];
    case "connection":
      return [...scope.sources.values()]
        .filter(({ connection }) => connection === subject)
        .map(({ name }) => name);
    case "resource":
      return [...scope.sources.values(), ...scope.models.values()]
        .filter(({ optional }) => optional)
        .map(({ name }) => name);
  }
}

function specOf({ sources, models }: Scope, subject: string) {
  return sources.get(subject) ?? models.get(subject);
}
