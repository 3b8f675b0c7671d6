import type { Signal } from "./signal.ts";

/** A signal in a few words: what it says of what, and why. */
export function describeSignal(signal: Signal): string {
  const said = saidBy(signal);
  return `${signal.type} ${signal.subject}${said === "" ? "" : ` (${said})`}`;
}

function saidBy({ type, data }: Signal): string {
  switch (type) {
    case "override.bypass":
    case "override.force":
    case "override.freeze":
    case "override.lift":
      return `${data.by}: ${data.why}`;
    case "quality.dropped":
      return `${data.failedChecks} failed checks`;
    case "tier.changed":
      return `tier ${data.tier}`;
    case "pressure":
      return `level ${data.level}`;
    case "circuit.opened":
      return data.because;
    case "source.late":
    case "source.back":
    case "source.changed":
    case "schema.changed":
    case "circuit.closed":
    case "cycle.due":
      return data.because ?? "";
  }
}
