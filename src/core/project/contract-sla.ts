import { columnName } from "./contract-columns.ts";
import type { ContractForm, ObjectForm, SlaForm } from "./contract-form.ts";

/** When new data is promised. */
export interface ContractSla {
  readonly cadenceMs: number | null;
  readonly latencyMs: number | null;
  /** Properties that nothing follows from, each once. */
  readonly unwatched: readonly string[];
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

/** What the service levels say about one object. Of several that speak of it, the tightest counts. */
export function contractSla(form: ContractForm, object: ObjectForm): ContractSla {
  let cadenceMs: number | null = null;
  let latencyMs: number | null = null;
  const unwatched = new Set<string>();
  for (const sla of form.slaProperties ?? []) {
    if (!isAbout(sla.element ?? form.slaDefaultElement, object)) continue;
    const durationMs = durationOf(sla);
    const property = sla.property.toLowerCase();
    if (durationMs === null) unwatched.add(sla.property);
    else if (property === "frequency") cadenceMs = tighter(cadenceMs, durationMs);
    else if (property === "latency" || property === "freshness") {
      latencyMs = tighter(latencyMs, durationMs);
    } else unwatched.add(sla.property);
  }
  return { cadenceMs, latencyMs, unwatched: [...unwatched] };
}

function tighter(known: number | null, found: number): number {
  return known === null ? found : Math.min(known, found);
}

/** An element is a table or one of its columns; without one, a level is about all tables. */
function isAbout(
  element: string | undefined,
  { name, physicalName, properties }: ObjectForm,
): boolean {
  if (element === undefined) return true;
  return element.split(",").some((part) => {
    const [table = "", column] = part.trim().split(".");
    if (table === name || table === physicalName) return true;
    const isColumn = properties?.some((one) => columnName(one) === table || one.name === table);
    return column === undefined && isColumn === true;
  });
}

function durationOf({ value, unit }: SlaForm): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const factor = unit === undefined ? undefined : unitMs[unit.toLowerCase()];
  if (typeof number !== "number" || !(number > 0) || factor === undefined) return null;
  const durationMs = Math.round(number * factor);
  return Number.isSafeInteger(durationMs) ? durationMs : null;
}
