import {
  type Fault,
  type FaultAt,
  type FaultKind,
  type FaultSite,
  faultKinds,
  strikesAt,
} from "./fault.ts";

/** Plays a schedule: is asked at every chance that a fault could have, and counts those that struck. */
export class FaultDesk {
  /** How often each kind has struck. */
  readonly fired = new Map<FaultKind, number>();
  readonly #schedule: readonly Fault[];
  readonly #due = new Map<FaultSite, Map<number, Fault[]>>();
  readonly #chances = new Map<FaultSite, number>();

  constructor(schedule: readonly Fault[]) {
    this.#schedule = schedule;
  }

  /** From here on chances count for this cycle. */
  beginCycle(cycle: number): void {
    this.#due.clear();
    this.#chances.clear();
    for (const fault of this.#schedule) {
      if (fault.cycle !== cycle) continue;
      const { site } = faultKinds[fault.kind];
      const bySite = this.#due.get(site) ?? new Map<number, Fault[]>();
      this.#due.set(site, bySite);
      bySite.set(fault.nth, [...(bySite.get(fault.nth) ?? []), fault]);
    }
  }

  /** The faults that are due at the next chance of a site. They have struck if `count` is called. */
  due<S extends FaultSite>(site: S): readonly FaultAt<S>[] {
    const bySite = this.#due.get(site);
    if (bySite === undefined) return [];
    const nth = this.#chances.get(site) ?? 0;
    this.#chances.set(site, nth + 1);
    return (bySite.get(nth) ?? []).filter((fault) => strikesAt(fault, site));
  }

  /** All faults that strike at some instant of this cycle. */
  ofCycle(): readonly FaultAt<"cycle">[] {
    const all = [...(this.#due.get("cycle")?.values() ?? [])].flat();
    return all.filter((fault) => strikesAt(fault, "cycle"));
  }

  /** A fault has struck. */
  count(kind: FaultKind): void {
    this.fired.set(kind, (this.fired.get(kind) ?? 0) + 1);
  }
}
