import { parseSignal } from "../core/signals/parse-signal.ts";
import type { Signal } from "../core/signals/signal.ts";
import { noStanding, type Standing, standingOf } from "../core/signals/standing.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { CatalogReader } from "../ports/catalog.ts";
import type { StoredSignal } from "../ports/signal-inbox.ts";
import type { ReceivedSignal, SignalState, SignalsReport } from "./signal-desk.ts";

/** A stored signal with what it says. */
export interface Understood {
  readonly stored: StoredSignal;
  readonly signal: Signal;
}

/** All that was received and is understood, in the order of arrival. */
export async function receivedSignals(
  catalog: Pick<CatalogReader, "signals">,
): Promise<readonly Signal[]> {
  return understood(await catalog.signals()).map(({ signal }) => signal);
}

/** What of all that was received holds at an instant; without a catalog nothing does. */
export async function readStanding(catalog: CatalogReader | null, at: EpochMs): Promise<Standing> {
  if (catalog === null) return noStanding;
  return standingOf(
    understood(await catalog.signals()).map(({ signal }) => signal),
    at,
  );
}

/** What holds, and the places of the signals that a decision made with it takes. */
export async function readPending(
  catalog: CatalogReader,
  at: EpochMs,
): Promise<{ readonly standing: Standing; readonly pending: readonly number[] }> {
  const stored = await catalog.signals();
  return {
    standing: standingOf(
      understood(stored).map(({ signal }) => signal),
      at,
    ),
    pending: stored.filter(({ takenBy }) => takenBy === null).map(({ seq }) => seq),
  };
}

/** What was received, the newest first, and what of it holds. */
export async function readSignals(
  catalog: CatalogReader | null,
  { at, limit }: { readonly at: EpochMs; readonly limit: number },
): Promise<SignalsReport> {
  const all = understood((await catalog?.signals()) ?? []);
  const standing = standingOf(
    all.map(({ signal }) => signal),
    at,
  );
  const received = all.map((one) => receivedSignal(one, standing, at)).reverse();
  const over = received.filter(({ state }) => !isOpen(state)).slice(0, limit);
  const shown = new Set(over);
  return {
    at,
    standing,
    signals: received.filter((one) => isOpen(one.state) || shown.has(one)),
  };
}

function isOpen(state: SignalState): boolean {
  return state === "pending" || state === "holds";
}

function receivedSignal(
  { stored, signal }: Understood,
  standing: Standing,
  at: EpochMs,
): ReceivedSignal {
  const { receivedAt, takenBy } = stored;
  return { signal, receivedAt, takenBy, state: stateOf(signal, takenBy, { standing, at }) };
}

function stateOf(
  signal: Signal,
  takenBy: string | null,
  { standing, at }: { readonly standing: Standing; readonly at: EpochMs },
): SignalState {
  const until = "until" in signal.data ? signal.data.until : null;
  if (until !== null && until <= at) return "expired";
  if (takenBy === null) return "pending";
  return holds(signal, standing) ? "holds" : "done";
}

/** Whether what holds is this signal's word. */
export function holds({ id, subject, type, at }: Signal, standing: Standing): boolean {
  if (type === "circuit.opened") return standing.circuits.get(subject)?.openedAt === at;
  const { overrides, tiers, quality, late, pressure } = standing;
  return [overrides, tiers, quality, late, pressure].some(
    (part: ReadonlyMap<string, { readonly signal: string }>) => part.get(subject)?.signal === id,
  );
}

/** What another version stored and this one does not understand says nothing. */
export function understood(stored: readonly StoredSignal[]): readonly Understood[] {
  return stored.flatMap((one) => {
    const parsed = parseSignal(one.event, one.receivedAt);
    return parsed.ok ? [{ stored: one, signal: parsed.signal }] : [];
  });
}
