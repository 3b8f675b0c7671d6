import { type Concerning, concernOf } from "./concern-of.ts";
import { makes } from "./decide-revision.ts";
import type { Decided } from "./decided.ts";

/** All subjects of a decision but those that a revision of it is free to decide again. */
export function pinnedBut({ workings }: Decided, open: Iterable<string>): ReadonlySet<string> {
  const free = new Set(open);
  return new Set([...workings.nodes.keys()].filter((subject) => !free.has(subject)));
}

/**
 * The subjects that a revision of a running decision must leave as they are: those that its signals
 * do not concern, those that have begun, and what those that have begun read as it stands. The
 * ledger is told of a table what it was planned to be made of; were an input made anew meanwhile, it
 * would hold something else.
 * @param begun subjects of which an attempt of any task has started.
 */
export function pinnedIn(
  decided: Decided,
  signals: Iterable<Concerning>,
  begun: Iterable<string>,
): ReadonlySet<string> {
  const pinned = new Set(pinnedBut(decided, concernOf(decided.input.scope, signals)));
  const { blueprint, input } = decided;
  const readers: string[] = [];
  for (const subject of begun) {
    pinned.add(subject);
    if (makes(blueprint.segments.get(subject))) readers.push(subject);
  }
  const seen = new Set(readers);
  for (let reader = readers.pop(); reader !== undefined; reader = readers.pop()) {
    for (const { subject } of input.scope.models.get(reader)?.inputs ?? []) {
      pinned.add(subject);
      // Who reads a view reads what is below it.
      const isView = input.scope.models.get(subject)?.materialize === "view";
      if (!isView || seen.has(subject)) continue;
      seen.add(subject);
      readers.push(subject);
    }
  }
  return pinned;
}
