import { eventTypePrefix } from "../core/signals/parse-signal.ts";
import { present } from "../core/std/assert.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Parts } from "./parts.ts";
import { readSignals } from "./read-signals.ts";
import { receiveSignals } from "./receive-signals.ts";
import type { SentReport, SignalDesk, SignalRequest } from "./signal-desk.ts";
import { signalSubjects } from "./signal-subjects.ts";

const limitDefault = 20;

/** Signals of a project whose parts these are. */
export function signalDesk(parts: Parts): SignalDesk {
  return {
    sendSignal: async (request) => await sendSignal(parts, request),
    signals: async ({ limit = limitDefault, now } = {}) => {
      const path = parts.catalogPath(await parts.readSettings());
      await using catalog = await parts.catalogs.openReader(path);
      return await readSignals(catalog, { at: now ?? parts.clock.now(), limit });
    },
  };
}

async function sendSignal(parts: Parts, request: SignalRequest): Promise<SentReport> {
  const at = parts.clock.now();
  const path = parts.catalogPath(await parts.readSettings());
  // First, for it brings an older catalog up to date, which is then read.
  await using inbox = await parts.catalogs.openInbox(path);
  const known = await signalSubjects(parts);
  const [report] = await receiveSignals(inbox, [eventOf(request, parts, at)], known, at);
  return present(report, "a signal that was sent has a report");
}

function eventOf(request: SignalRequest, parts: Parts, at: EpochMs): unknown {
  const { type, subject, data = {}, source = "/sluice", id } = request;
  return {
    specversion: "1.0",
    id: id ?? `${parts.random.runId(at)}-${parts.random.uint32().toString(36)}`,
    source,
    type: `${eventTypePrefix}${type}`,
    subject,
    data,
  };
}
