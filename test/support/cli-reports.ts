import { hashText } from "../../src/core/std/hash.ts";
import type { DrillReport } from "../../src/engine/drill-report.ts";
import type { PruneReport } from "../../src/engine/prune.ts";
import type {
  CheckReport,
  DiffReport,
  DoctorReport,
  ReplayReport,
  RunReport,
  SnapshotReport,
  TaskReport,
} from "../../src/engine/sluice-project.ts";
import type { RunSummary } from "../../src/ports/catalog.ts";
import type { Rows } from "../../src/ports/warehouse.ts";
import { hourMs, noon, sourceSpec } from "./decide-fixture.ts";
import { flightsPlan } from "./plan-report.ts";

const summary: RunSummary = {
  id: "20260101T120000-3f9a",
  status: "failed",
  blueprint: hashText("blueprint"),
  decision: hashText("decision"),
  startedAt: noon,
  finishedAt: noon + 12_345,
};

const ran = { attempts: 1, startedAt: noon + 100 } as const;

/** A run in which one task failed, one was tried again, and rows were set aside. */
export function flightsRun(): RunReport {
  return runOf("failed", [
    { id: "airports.load", status: "succeeded", ...ran, finishedAt: noon + 400, rows: 3_376 },
    { id: "bird_strikes.load", status: "bypassed", attempts: 0, reason: "up_to_date" },
    {
      id: "flights.load",
      status: "succeeded",
      ...ran,
      attempts: 2,
      finishedAt: noon + 8_100,
      rows: 2_999_997,
      detail: { rowsQuarantined: 3, parts: 3 },
    },
    {
      id: "notes.load",
      status: "bypassed",
      attempts: 0,
      reason: "rule",
      message: "by core/leave-unread",
    },
    {
      id: "daily_delays.transform",
      status: "failed",
      ...ran,
      attempts: 3,
      finishedAt: noon + 12_000,
      reason: "WAREHOUSE_REFUSED",
      message:
        'Binder Error: Referenced column "dely" not found\nCandidate bindings: "delay". Fix the SQL.',
    },
    {
      id: "daily_delays.check",
      status: "skipped",
      attempts: 0,
      reason: "upstream",
      message: "daily_delays.transform did not succeed",
    },
  ]);
}

/** A run of which nothing had to be done. */
export function idleRun(): RunReport {
  return runOf("succeeded", [
    { id: "airports.load", status: "bypassed", attempts: 0, reason: "up_to_date" },
    { id: "flights.load", status: "bypassed", attempts: 0, reason: "up_to_date" },
  ]);
}

/** A run that was decided again while it ran. */
export function revisedRun(): RunReport {
  const { run } = idleRun();
  return {
    run: {
      ...run,
      degraded: [],
      revisions: [
        {
          at: noon + 2_000,
          revision: 1,
          blueprint: "d".repeat(64),
          decision: "e".repeat(64),
          cause: "override.freeze flights (ana: the feed repeats yesterday); source.late airports",
          segments: {
            added: [],
            removed: [],
            changed: ["airports", "daily_delays", "flights", "routes", "stops", "trips", "weather"],
          },
          cancel: ["routes"],
        },
      ],
      failedRevisions: [
        {
          at: noon + 3_000,
          cause: "source.back airports",
          code: "CONNECTION_FAILED",
          message: "files did not answer",
        },
      ],
    },
  };
}

/** The same, decided once more, with a revision that comes out otherwise. */
export function revisedReplay(): ReplayReport {
  const first = { blueprint: "a".repeat(64), recomputed: "a".repeat(64) };
  const revision = { blueprint: "d".repeat(64), recomputed: "f".repeat(64) };
  return {
    run: "r1",
    ...first,
    identical: false,
    revisions: [{ revision: 1, ...revision, identical: false }],
  };
}

/** A run of many tasks, one of which needed a second attempt. */
export function manyTasksRun(): RunReport {
  const tasks = Array.from(
    { length: 200 },
    (_, index): TaskReport => ({
      id: `feed_${index}.load`,
      status: "succeeded",
      ...ran,
      attempts: index === 7 ? 2 : 1,
      finishedAt: noon + 500,
      rows: 10,
    }),
  );
  return runOf("succeeded", tasks);
}

function runOf(status: RunSummary["status"], tasks: readonly TaskReport[]): RunReport {
  return { run: { ...summary, status, tasks, revisions: [], failedRevisions: [], degraded: [] } };
}

/** Three runs, one of which has not ended. */
export function flightsRuns(): readonly RunSummary[] {
  const earlier = { startedAt: noon - 26 * hourMs, finishedAt: noon - 25 * hourMs };
  return [
    {
      ...summary,
      id: "20260101T115958-77aa",
      status: "running",
      startedAt: noon - 2_000,
      finishedAt: null,
    },
    {
      ...summary,
      id: "20260101T100000-1c22",
      startedAt: noon - 2 * hourMs,
      finishedAt: noon - hourMs,
    },
    { ...summary, ...earlier, id: "20251231T100000-0b11", status: "succeeded" },
  ];
}

/** The sources behind `flightsPlan`. */
export function flightsSources(): SnapshotReport {
  const { snapshot } = flightsPlan();
  const names = [...snapshot.profiles.keys()];
  return {
    snapshot,
    sources: names.map((name) =>
      sourceSpec(name, {
        connection: name === "tickets" ? "booking" : "files",
        origin: name === "notes" ? "discovered" : "declared",
        tier: name === "flights" ? 0 : 2,
      }),
    ),
  };
}

/** One difference of each kind. */
export function flightsDiff(): DiffReport {
  return {
    added: [{ task: "notes.load", fields: [], cause: "source notes was found in files" }],
    removed: [{ task: "old.load", fields: [], cause: "source old is not declared any more" }],
    changed: [
      {
        task: "flights.load",
        fields: [
          { field: "state", before: "bypassed", after: "active" },
          { field: "split", before: null, after: { by: "rows", size: 1_000_000, parts: 3 } },
        ],
        cause: "source.volume.rows was 231,083 and is 3,000,000",
      },
    ],
  };
}

/** One finding of each kind. */
export function flightsDoctor(): DoctorReport {
  return {
    findings: [
      { subject: "node", state: "ok", detail: "20.20.2" },
      { subject: "staging", state: "warning", detail: "1.2 GB free", fix: "Make room for 5 GB." },
      {
        subject: "booking",
        state: "failed",
        detail: "connect ECONNREFUSED 10.0.0.7:5432",
        fix: "Start the server, or correct `host` in connections/booking.yaml.",
      },
    ],
  };
}

/** A drill of each outcome. */
export function brokenDrill(seed: number): DrillReport {
  const held = ["no_row_doubled", "recovered", "explained", "nothing_left"] as const;
  const drill = { scenario: null, because: null, seconds: 4.2, kills: 0 };
  const invariants = held.map((name) => ({ name, holds: true, detail: null }));
  const lost = {
    name: "no_row_lost",
    holds: false,
    detail: "raw.flights has 9 rows of 12",
  } as const;
  return {
    project: "flights",
    seed,
    passed: false,
    drills: [
      { ...drill, fault: "kill 3 times", state: "passed", kills: 3, invariants },
      {
        ...drill,
        scenario: "half_files",
        fault: "cut flights to 50 % before the run",
        state: "failed",
        invariants: [lost, ...invariants],
      },
      {
        ...drill,
        fault: "make flights unreadable when it is extracted",
        state: "skipped",
        because: "the modes of files do not bind this user: run it as another one",
        invariants: [],
      },
    ],
  };
}

/** A project with an error and a warning. */
export function brokenCheck(): CheckReport {
  const file = "connections/files.yaml";
  const text = "connection: files\nconnector: file\nsources:\n  - nam: flights\n";
  return {
    problems: [
      {
        code: "unknown-key",
        severity: "error",
        message: "A source has no `nam`.",
        location: { file, line: 4, column: 5, endLine: 4, endColumn: 8 },
        fix: "Did you mean `name`?",
      },
      {
        code: "rule-uncovered",
        severity: "warning",
        message: "No rule speaks of source `flights`.",
        location: { file, line: 4, column: 5 },
        fix: "Widen a rule's condition.",
      },
    ],
    counts: { connections: 1, sources: 1, models: 0, rules: 12 },
    texts: new Map([[file, text]]),
  };
}

/** Rows with text that tries to steer the terminal, NULL, and values of several types. */
export function flightsRows(): Rows {
  return {
    columns: ["day", "origin", "flights", "mean_delay", "note"],
    rows: [
      ["2001-01-01", "SEA", 12_345, 7.25, null],
      ["2001-01-02", "東京", 9, -0.5, "two\nlines \u001b[2Jand a clear screen"],
      ["2001-01-03", "JFK", null, 0, { reason: "nested" }],
    ],
    isTruncated: true,
  };
}

/** A project of some months. */
export function agedPrune(isTrial: boolean): PruneReport {
  return {
    isTrial,
    catalog: { runs: 41, events: 12_874, objects: 310, signals: 25 },
    staging: { extractions: 3, bytes: 734_003_200 },
    versions: 2,
  };
}

export function nothingToPrune(): PruneReport {
  const catalog = { runs: 0, events: 0, objects: 0, signals: 0 };
  return { isTrial: false, catalog, staging: { extractions: 0, bytes: 0 }, versions: 0 };
}
