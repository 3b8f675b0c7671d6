import type { Signal } from "../../core/signals/signal.ts";
import type { ReceivedSignal, SentReport, SignalsReport } from "../../engine/signal-desk.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";

/** What became of a signal that was sent. */
export function renderSent({ signal, isNew }: SentReport, style: Style): readonly string[] {
  const { colors } = style;
  const what = `${signal.type} of ${printable(signal.subject)}`;
  if (!isNew) return [`${what} had been received before, as ${printable(signal.id)}.`];
  const ends = endOf(signal);
  const until = ends === null ? "" : `, until ${formatInstant(ends)}`;
  return [
    `${colors.green("✓")} ${what}${until}`,
    colors.dim(
      "What runs is decided again now, and otherwise the next run with it: `sluice signals`.",
    ),
  ];
}

/** What was received, the newest first. */
export function renderSignals(report: SignalsReport, style: Style): readonly string[] {
  const { signals, at } = report;
  if (signals.length === 0) return ["No signals: `sluice signal` sends one."];
  const { colors, width } = style;
  return renderTable(
    [
      { title: "STATE" },
      { title: "TYPE", shrinkTo: 15 },
      { title: "SUBJECT", shrinkTo: 12 },
      { title: "", align: "right" },
      { title: "UNTIL" },
      { title: "BY", shrinkTo: 6 },
      { title: "SAYS", shrinkTo: 12 },
      { title: "TAKEN BY", shrinkTo: 4 },
    ],
    signals.map((received) => rowOf(received, at, style)),
    { width, paintTitle: colors.dim },
  );
}

function rowOf({ signal, takenBy, state }: ReceivedSignal, at: number, { colors }: Style) {
  const paint = {
    pending: colors.yellow,
    holds: colors.green,
    expired: colors.dim,
    done: colors.dim,
  };
  const ends = endOf(signal);
  return [
    { text: state, paint: paint[state] },
    signal.type,
    signal.subject,
    { text: formatAgo(signal.at, at), paint: colors.dim },
    ends === null ? "" : formatInstant(ends),
    "by" in signal.data ? signal.data.by : "",
    wordsOf(signal),
    takenBy ?? "",
  ];
}

function endOf({ data }: Signal): number | null {
  return "until" in data ? data.until : null;
}

/** What a signal says beside its type, in a few words. */
function wordsOf({ data }: Signal): string {
  if ("why" in data) return data.why;
  if ("because" in data) return data.because ?? "";
  if ("tier" in data) return `tier ${data.tier}`;
  if ("failedChecks" in data) return `${data.failedChecks} failed checks`;
  if ("level" in data) return data.level === 0 ? "over" : `level ${data.level}`;
  return "";
}
