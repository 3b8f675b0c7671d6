import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CycleUnderWay, placeTrigger } from "./place-trigger.ts";
import { subjectGraph } from "./subject-graph.ts";
import { type Trigger, triggerOf } from "./trigger.ts";
import { TriggerQueue, waitingMax } from "./trigger-queue.ts";

// a and b are read by ab, b and c by bc, and all of that by top; d stands alone.
const model = (name: string, ...inputs: string[]) => ({
  name,
  inputs: inputs.map((subject) => ({ subject, onBypass: "skip" as const })),
});
const graph = subjectGraph(
  ["a", "b", "c", "d"].map((name) => ({ name, connection: name === "d" ? "other" : "files" })),
  [model("ab", "a", "b"), model("bc", "b", "c"), model("top", "ab", "bc")],
);
const names = [...graph.subjects];

function underWay(
  subjects: readonly string[] | null,
  change: Partial<Record<"begun" | "done", readonly string[]>> & {
    readonly canShare?: boolean;
  } = {},
): CycleUnderWay {
  const { begun = [], done = [], canShare = true } = change;
  return {
    id: 1,
    subjects: graph.withReaders(subjects === null ? null : new Set(subjects)),
    isWhole: subjects === null,
    begun: new Set(begun),
    done: new Set(done),
    canShare,
  };
}

const place = (trigger: Trigger, ...cycles: CycleUnderWay[]) =>
  placeTrigger(trigger, cycles, graph);

describe("a trigger", () => {
  test("is about what it names and all that reads it", () => {
    expect(place(triggerOf("changed", ["a"]))).toEqual({
      do: "start",
      subjects: new Set(["a", "ab", "top"]),
    });
    expect(graph.withInputs("bc")).toEqual(new Set(["bc", "b", "c"]));
    expect(place(triggerOf("start", null))).toEqual({ do: "start", subjects: new Set(names) });
  });

  test("gets a cycle beside one that has nothing in common with it", () => {
    expect(place(triggerOf("changed", ["d"]), underWay(["a"]))).toMatchObject({ do: "start" });
    const past = underWay(["a"], { begun: ["a", "ab", "top"], done: ["a", "ab", "top"] });
    expect(place(triggerOf("changed", ["a"]), past)).toMatchObject({ do: "start" });
  });

  test("is taken in by a cycle that has not come to it", () => {
    const going = underWay(["a", "b"], { begun: ["a"] });
    expect(place(triggerOf("changed", ["b"]), going)).toEqual({ do: "share", cycle: 1 });
    expect(place(triggerOf("signal", ["top"]), going)).toEqual({ do: "share", cycle: 1 });
    expect(place(triggerOf("changed", ["d"]), underWay(null, {}))).toEqual({
      do: "share",
      cycle: 1,
    });
  });

  test("waits for what works on it as it was, or cannot be told", () => {
    const going = underWay(["a", "b"], { begun: ["a"] });
    expect(place(triggerOf("changed", ["a"]), going)).toEqual({ do: "wait" });
    // c is read by bc, which that cycle is about, and c itself is not.
    expect(place(triggerOf("changed", ["c"]), going)).toEqual({ do: "wait" });
    expect(place(triggerOf("start", null), going)).toEqual({ do: "wait" });
    const deciding = underWay(["a"], { canShare: false });
    expect(place(triggerOf("changed", ["a"]), deciding)).toEqual({ do: "wait" });
    const loaded = underWay(["a"], { begun: ["a", "ab"], done: ["a"] });
    expect(place(triggerOf("changed", ["a"]), loaded)).toEqual({ do: "wait" });
  });
});

describe("triggers that wait", () => {
  test("are one where they are about the same, and keep all that caused them", () => {
    const queue = new TriggerQueue();
    queue.add(triggerOf("changed", ["a", "b"]));
    queue.add(triggerOf("cadence", ["a"]));
    queue.add(triggerOf("changed", ["d"]));
    expect(queue.waiting).toEqual([
      { causes: new Set(["changed", "cadence"]), subjects: new Set(["a", "b"]), signals: [] },
      triggerOf("changed", ["d"]),
    ]);
  });

  test("start together where they would be in each other's way, and apart where not", () => {
    const queue = new TriggerQueue();
    for (const subject of ["a", "d", "c"]) queue.add(triggerOf("changed", [subject]));
    expect(queue.next([], graph)).toMatchObject({
      trigger: { subjects: new Set(["a", "c"]) },
      subjects: new Set(["a", "c", "ab", "bc", "top"]),
    });
    expect(queue.next([underWay(["a", "c"])], graph)).toMatchObject({ subjects: new Set(["d"]) });
    expect(queue.next([], graph)).toBe(null);
  });

  test("that are too many become one about everything", () => {
    const queue = new TriggerQueue();
    for (let at = 0; at <= waitingMax; at += 1) queue.add(triggerOf("changed", [`s${at}`]));
    expect(queue.waiting).toEqual([triggerOf("changed", null)]);
  });
});

test("no subject is ever open in two cycles, and every trigger is heard, whatever arrives when", () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("trigger" as const),
      subjects: fc.subarray(names, { minLength: 1 }),
    }),
    fc.record({ do: fc.constant("begin" as const), pick: fc.nat() }),
    fc.record({ do: fc.constant("finish" as const), pick: fc.nat() }),
    fc.record({ do: fc.constant("end" as const), pick: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new TriggerQueue();
      const cycles = new Map<number, Cycle>();
      let ids = 0;
      const unheard = new Set<string>();
      const pump = () => {
        for (;;) {
          const next = queue.next([...cycles.values()], graph);
          if (next === null) break;
          for (const subject of next.trigger.subjects ?? names) unheard.delete(subject);
          if (next.do === "start") {
            ids += 1;
            cycles.set(ids, new Cycle(ids, next.subjects, next.trigger.subjects === null));
          } else {
            const shared = cycles.get(next.cycle);
            for (const subject of next.trigger.subjects ?? names) {
              expect(shared?.subjects.has(subject)).toBe(true);
              expect(shared?.begun.has(subject)).toBe(false);
            }
          }
        }
        const open = [...cycles.values()].flatMap(({ subjects, done }) =>
          [...subjects].filter((subject) => !done.has(subject)),
        );
        expect(new Set(open).size).toBe(open.length);
      };
      for (const one of steps) {
        if (one.do === "trigger") {
          queue.add(triggerOf("changed", one.subjects));
          for (const subject of one.subjects) unheard.add(subject);
        } else act([...cycles.values()], one, cycles);
        pump();
      }
      // When all has ended, nothing waits any more.
      for (
        let rounds = 0;
        rounds < 100 && (cycles.size > 0 || queue.waiting.length > 0);
        rounds += 1
      ) {
        cycles.clear();
        pump();
      }
      expect(queue.waiting).toEqual([]);
      expect([...unheard]).toEqual([]);
    }),
  );
});

class Cycle implements CycleUnderWay {
  readonly begun = new Set<string>();
  readonly done = new Set<string>();
  readonly canShare = true;
  readonly id: number;
  readonly subjects: ReadonlySet<string>;
  readonly isWhole: boolean;

  constructor(id: number, subjects: ReadonlySet<string>, isWhole: boolean) {
    this.id = id;
    this.subjects = subjects;
    this.isWhole = isWhole;
  }
}

function act(
  all: readonly Cycle[],
  step: { readonly do: "begin" | "finish" | "end"; readonly pick: number },
  cycles: Map<number, Cycle>,
): void {
  const cycle = all[step.pick % Math.max(all.length, 1)];
  if (cycle === undefined) return;
  const subjects = [...cycle.subjects];
  const subject = subjects[step.pick % subjects.length] ?? "";
  if (step.do === "end") cycles.delete(cycle.id);
  else if (step.do === "begin") cycle.begun.add(subject);
  else if (cycle.begun.has(subject)) cycle.done.add(subject);
}
