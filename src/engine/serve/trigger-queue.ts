import { type CycleUnderWay, placeTrigger } from "./place-trigger.ts";
import type { SubjectGraph } from "./subject-graph.ts";
import { type Trigger, together } from "./trigger.ts";

/** Triggers that wait at once; beyond that they become one, about all. */
export const waitingMax = 256;

/** What is to be done with triggers that waited. */
export type Dispatch =
  | { readonly do: "start"; readonly trigger: Trigger; readonly subjects: ReadonlySet<string> }
  | { readonly do: "share"; readonly trigger: Trigger; readonly cycle: number };

/** Triggers until there is a place for them, in the order of arrival; no two about the same. */
export class TriggerQueue {
  #waiting: Trigger[] = [];

  get waiting(): readonly Trigger[] {
    return this.#waiting;
  }

  add(trigger: Trigger): void {
    const same = this.#waiting.findIndex((one) => isWithin(trigger, one));
    const known = this.#waiting[same];
    if (known !== undefined)
      this.#waiting[same] = together(known, { ...trigger, subjects: known.subjects });
    else this.#waiting.push(trigger);
    if (this.#waiting.length > waitingMax) {
      const all = this.#waiting.reduce(together);
      this.#waiting = [{ ...all, subjects: null }];
    }
  }

  /** Takes the first trigger for which there is a place now; `null` when there is none. */
  next(cycles: readonly CycleUnderWay[], graph: SubjectGraph): Dispatch | null {
    for (const trigger of this.#waiting) {
      const placement = placeTrigger(trigger, cycles, graph);
      if (placement.do === "wait") continue;
      this.#waiting = this.#waiting.filter((one) => one !== trigger);
      if (placement.do === "share") return { do: "share", trigger, cycle: placement.cycle };
      return this.#withNeighbours(trigger, cycles, graph);
    }
    return null;
  }

  /** One cycle for all that would be in each other's way. */
  #withNeighbours(first: Trigger, cycles: readonly CycleUnderWay[], graph: SubjectGraph): Dispatch {
    let trigger = first;
    for (;;) {
      const subjects = graph.withReaders(trigger.subjects);
      const near = this.#waiting.find((one) => {
        const wanted = graph.withReaders(one.subjects);
        const meets = [...wanted].some((subject) => subjects.has(subject));
        return meets && placeTrigger(together(trigger, one), cycles, graph).do === "start";
      });
      if (near === undefined) return { do: "start", trigger, subjects };
      this.#waiting = this.#waiting.filter((one) => one !== near);
      trigger = together(trigger, near);
    }
  }
}

function isWithin({ subjects }: Trigger, other: Trigger): boolean {
  if (other.subjects === null) return true;
  return subjects !== null && [...subjects].every((subject) => other.subjects?.has(subject));
}
