import { parseSignal } from "../core/signals/parse-signal.ts";
import type { Signal } from "../core/signals/signal.ts";
import { signalToCloudEvent } from "../core/signals/signal-event.ts";
import type { EpochMs } from "../core/std/time.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { SignalInbox } from "../ports/signal-inbox.ts";
import type { SentReport } from "./signal-desk.ts";
import { requireKnownSubject, type SignalSubjects } from "./signal-subjects.ts";

/**
 * Reads CloudEvents from anybody and leaves them in the inbox, all or none.
 * @throws SIGNAL_INVALID with everything that is wrong, NOT_FOUND for an unknown subject, INBOX_FULL
 */
export async function receiveSignals(
  inbox: SignalInbox,
  events: readonly unknown[],
  known: SignalSubjects,
  at: EpochMs,
): Promise<readonly SentReport[]> {
  const signals = events.map((event) => wantSignal(event, at));
  for (const signal of signals) requireKnownSubject(signal, known);
  // What is stored is the signal as it was understood, without what nobody reads.
  const sent = signals.map((signal) => {
    const { source, id } = signal;
    return { source, id, event: signalToCloudEvent(signal) };
  });
  const areNew = await inbox.send(sent, at);
  return signals.map((signal, index) => ({ signal, isNew: areNew[index] === true }));
}

function wantSignal(event: unknown, at: EpochMs): Signal {
  const parsed = parseSignal(event, at);
  if (parsed.ok) return parsed.signal;
  const problems = parsed.problems.map(
    ({ at: where, message }) => `${where === "" ? "" : `${where}: `}${message}`,
  );
  throw new OperatingError("SIGNAL_INVALID", problems.join(" "), {
    hint: [...new Set(parsed.problems.map(({ fix }) => fix))].join(" "),
  });
}
