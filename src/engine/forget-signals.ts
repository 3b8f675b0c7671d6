import { standingOf } from "../core/signals/standing.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Catalog } from "../ports/catalog.ts";
import { holds, type Understood, understood } from "./read-signals.ts";

/** How long what is over is kept: so long, too, a signal that is sent again is known as the same. */
const keptMs = 30 * 86_400_000;

/** Removes signals that are over and old. What holds stays, and so does what waits. */
export async function forgetSignals(catalog: Catalog, now: EpochMs): Promise<void> {
  const over = forgettable(understood(await catalog.signals()), now);
  if (over.length > 0) await catalog.forgetSignals(over);
}

/**
 * The places of what may be forgotten without anything else holding then: of one subject no signal
 * goes before one that happened earlier, for that would be the last word again.
 */
export function forgettable(received: readonly Understood[], now: EpochMs): readonly number[] {
  const standing = standingOf(
    received.map(({ signal }) => signal),
    now,
  );
  const isOver = ({ stored, signal }: Understood) =>
    stored.takenBy !== null && stored.receivedAt < now - keptMs && !holds(signal, standing);
  /** By subject: when the earliest signal happened that stays. */
  const staysFrom = new Map<string, EpochMs>();
  for (const one of received) {
    if (isOver(one)) continue;
    const { subject, at } = one.signal;
    staysFrom.set(subject, Math.min(at, staysFrom.get(subject) ?? at));
  }
  return received
    .filter((one) => isOver(one) && one.signal.at < (staysFrom.get(one.signal.subject) ?? Infinity))
    .map(({ stored }) => stored.seq);
}
