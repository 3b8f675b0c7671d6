import { describe, expect, test } from "vitest";
import { modelSpec, rulesOf, run, sourceSpec } from "../../../test/support/decide-fixture.ts";
import { emptyRecord, type SubjectRecord } from "../metadata/subject-record.ts";
import { recordRun } from "./record-run.ts";
import type { RunEvent, TaskResult } from "./run-event.ts";

const { blueprint } = run({
  sources: [sourceSpec("orders")],
  models: [modelSpec("priced", ["orders"])],
  ruleSets: rulesOf([
    { id: "a", for: "source", when: "true", then: [{ fallback: { use: "last_good" } }] },
  ]),
});

function succeeded(task: string, at: number, detail: TaskResult["detail"] = {}): RunEvent {
  const results = { [task]: { rows: 5, isRepeat: false, detail } };
  return { type: "AttemptSucceeded", at, tasks: [task], attempt: 1, results };
}

function failed(task: string, at: number, code: string): RunEvent {
  const failure = { code, message: "", hint: null, isRetryable: false };
  return { type: "AttemptFailed", at, tasks: [task], attempt: 1, failure };
}

/** The records after runs, each begun from those before. */
function recorded(...runs: readonly (readonly RunEvent[])[]): (subject: string) => SubjectRecord {
  const records = new Map<string, SubjectRecord>();
  for (const events of runs) {
    for (const [subject, record] of recordRun(records, blueprint, events)) {
      records.set(subject, record);
    }
  }
  return (subject) => records.get(subject) ?? emptyRecord(subject);
}

const part = { isDegraded: true, degradedBecause: "orders came in part", isUnplanned: true };

describe("what is degraded", () => {
  test("is kept with when it began, until a good load clears it", () => {
    const first = [succeeded("orders.load", 1, part), succeeded("priced.transform", 2, part)];
    const second = [succeeded("orders.load", 11, { ...part, degradedBecause: "again" })];
    const third = [succeeded("orders.load", 21)];
    expect(recorded(first)("priced").degraded).toEqual({
      since: 2,
      because: "orders came in part",
    });
    expect(recorded(first, second)("orders").degraded).toEqual({ since: 1, because: "again" });
    expect(recorded(first, second)("priced").degraded?.since).toBe(2);
    expect(recorded(first, second, third)("orders").degraded).toBeNull();
  });

  test("is no measure of what to expect, and is not taken for measured as planned", () => {
    const record = recorded([
      succeeded("orders.load", 1, part),
      succeeded("orders.verify", 2, { ...part, measurements: [] }),
    ])("orders");
    expect(record.outputs).toEqual([]);
    expect(record.verified).toBeNull();
    const planned = { ...part, isUnplanned: false };
    expect(recorded([succeeded("orders.verify", 2, planned)])("orders").verified).not.toBeNull();
  });

  test("is a source whose load failed while its last good data is read, and what was undone", () => {
    expect(recorded([failed("orders.load", 3, "GATE_FAILED")])("orders").degraded).toEqual({
      since: 3,
      because: "orders could not be loaded, and its last good data is read",
    });
    const undone = [succeeded("priced.transform", 4), failed("priced.check", 5, "UNDONE")];
    expect(recorded(undone)("priced").degraded).toEqual({
      since: 5,
      because: "priced was condemned by its check, and is as it was before",
    });
  });
});
