import { compareText } from "../std/compare.ts";
import type { EpochMs } from "../std/time.ts";
import { unreachable } from "../std/unreachable.ts";
import type { Signal, SignalType } from "./signal.ts";

/** What a type of signal says of a subject; of two that say the same thing, the later one counts. */
const parts: Readonly<Record<SignalType, string>> = {
  "source.late": "late",
  "source.back": "late",
  "source.changed": "late",
  "schema.changed": "look",
  "cycle.due": "look",
  "quality.dropped": "quality",
  "tier.changed": "tier",
  "circuit.opened": "circuit",
  "circuit.closed": "circuit",
  pressure: "pressure",
  "override.bypass": "override",
  "override.force": "override",
  "override.freeze": "override",
  "override.lift": "override",
};

/** Whether nothing holds of a part after this signal, whatever was said before. */
function isOver(signal: Signal): boolean {
  switch (signal.type) {
    case "source.back":
    case "source.changed":
    case "schema.changed":
    case "cycle.due":
    case "circuit.closed":
    case "override.lift":
      return true;
    case "pressure":
      return signal.data.level === 0;
    case "source.late":
    case "quality.dropped":
    case "tier.changed":
    case "circuit.opened":
    case "override.bypass":
    case "override.force":
    case "override.freeze":
      return false;
    default:
      return unreachable(signal);
  }
}

/**
 * Signals of before an instant without which the same holds, now and whatever comes after: those that
 * a later one has answered, and those that answered all before them.
 * @param isFree whether a signal may go; one that may not keeps what else was said on the matter
 */
export function passedSignals(
  signals: readonly Signal[],
  before: EpochMs,
  isFree: (signal: Signal) => boolean,
): readonly Signal[] {
  const matters = new Map<string, Signal[]>();
  for (const signal of signals) {
    const matter = `${parts[signal.type]} ${signal.subject}`;
    const known = matters.get(matter);
    if (known === undefined) matters.set(matter, [signal]);
    else known.push(signal);
  }
  return [...matters.values()].flatMap((matter) => {
    const sorted = matter.sort(
      (left, right) => left.at - right.at || compareText(left.id, right.id),
    );
    const count = sorted.findIndex(({ at }) => at >= before);
    const old = count < 0 ? sorted : sorted.slice(0, count);
    if (!old.every(isFree)) return [];
    // What holds began after the last end; the first to say so that a source is late dates it.
    const ended = old.findLastIndex(isOver) + 1;
    const rest = old.slice(ended);
    const kept = rest[0]?.type === "source.late" ? rest[0] : rest.at(-1);
    return [...old.slice(0, ended), ...rest.filter((signal) => signal !== kept)];
  });
}
