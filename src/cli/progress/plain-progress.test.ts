import { expect, test } from "vitest";
import { flightsRun } from "../../../test/support/cli-reports.ts";
import { cli, KeptStream } from "../../../test/support/cli-scene.ts";
import { flightsPlan } from "../../../test/support/plan-report.ts";
import {
  lastingFailure,
  passingFailure,
  plainResult,
} from "../../../test/support/run-blueprint.ts";
import type { RunOptions } from "../../engine/sluice-project.ts";
import { openOutput } from "../output.ts";
import { plainProgress } from "./plain-progress.ts";

const probed = { presence: "present", rows: 3, bytes: 4_000, done: 1, total: 2 } as const;

function drive({ onProbe, onPlan, onEvent }: RunOptions): void {
  const batch = ["airports.load", "weather.load"];
  onProbe?.({ ...probed, source: "flights" });
  onProbe?.({ ...probed, source: "tickets", presence: "unreachable", done: 2 });
  onPlan?.(flightsPlan(), "r1");
  onEvent?.({ type: "RunStarted", at: 0, blueprint: "b", seed: 1 });
  onEvent?.({ type: "AttemptStarted", at: 0, tasks: ["flights.load"], attempt: 1 });
  onEvent?.({
    type: "AttemptFailed",
    at: 5,
    tasks: ["flights.load"],
    attempt: 1,
    failure: passingFailure,
  });
  onEvent?.({ type: "TimerFired", at: 6, timer: "t" });
  onEvent?.({ type: "AttemptStarted", at: 6, tasks: ["flights.load"], attempt: 2 });
  onEvent?.({ type: "AttemptStarted", at: 6, tasks: batch, attempt: 1 });
  onEvent?.({
    type: "AttemptSucceeded",
    at: 2_006,
    tasks: ["flights.load"],
    attempt: 2,
    results: { "flights.load": { rows: 3, isRepeat: true, detail: { rowsQuarantined: 2 } } },
  });
  onEvent?.({
    type: "AttemptSucceeded",
    at: 2_007,
    tasks: batch,
    attempt: 1,
    results: { "airports.load": plainResult, "weather.load": { ...plainResult, rows: null } },
  });
  onEvent?.({
    type: "AttemptFailed",
    at: 2_008,
    tasks: ["x.check"],
    attempt: 1,
    failure: lastingFailure,
  });
  onEvent?.({ type: "AttemptLost", at: 2_009, tasks: ["y.load"], attempt: 1 });
  const sent = { id: "1", source: "test", at: 2_009 };
  onEvent?.({
    type: "SignalReceived",
    at: 2_009,
    signal: { ...sent, type: "source.back", subject: "tickets", data: {} },
    concerns: ["tickets"],
  });
  onEvent?.({
    type: "SignalReceived",
    at: 2_009,
    signal: { ...sent, type: "pressure", subject: "disk", data: { level: 2 } },
    concerns: [],
  });
  onEvent?.({
    type: "RevisionDecided",
    at: 2_009,
    revision: 1,
    blueprint: "b",
    decision: "d",
    cause: ["1"],
    segments: { added: [], removed: [], changed: ["tickets"] },
    cancel: [],
  });
  onEvent?.({ type: "CancelRequested", at: 2_010, cause: "SIGINT" });
  onEvent?.({ type: "RunFinished", at: 2_011, status: "failed" });
}

const lines = `probed 1/2 flights: 3 rows, 4.0 kB
probed 2/2 tickets: unreachable
1 warning in the project's files: \`sluice check\`
run r1: 15 tasks to run, 16 bypassed
flights.load started
flights.load failed, attempt 1: CONNECTION_FAILED: The connection broke.
flights.load started (attempt 2)
airports.load and 1 more started
flights.load succeeded: 3 rows, 2 rows to quarantine, was done before, 2s
airports.load succeeded: 1 row, 2s
weather.load succeeded: 2s
x.check failed, attempt 1: GATE_FAILED: 3 rows have no id.
y.load lost, attempt 1: its process is gone
signal source.back tickets: concerns 1 subject
signal pressure disk (level 2): half the slots, and tiers from 2 on wait
revision 1: 1 changed
stopping: SIGINT
run failed
`;

const reports = {
  run: async (options: RunOptions = {}) => {
    drive(options);
    return flightsRun();
  },
};

test("without a terminal each change of state is one line on stderr", async () => {
  expect((await cli(["run"], { reports })).stderr).toBe(lines);
});

test.each([
  ["a dumb terminal", { TERM: "dumb" }],
  ["a terminal of a build server", { CI: "true" }],
])("%s gets lines without cursor codes", async (_, variables) => {
  const scene = { reports, variables, isStderrTerminal: true };
  const { stderr } = await cli(["run", "--no-color"], scene);
  expect(stderr).toBe(lines);
});

test("a program that reads JSON gets warnings and no progress", async () => {
  const { stderr } = await cli(["run", "--json"], { reports });
  expect(stderr).toBe("1 warning in the project's files: `sluice check`\n");
});

test("a person who saves JSON to a file sees the live view", async () => {
  const scene = { reports, isStderrTerminal: true };
  const { stdout, stderr } = await cli(["run", "--json"], scene);
  expect(JSON.parse(stdout)).toHaveProperty("run.id");
  expect(stderr).toContain("attempt 1 failed");
});

test("a task is told with its own time only", () => {
  const stream = new KeptStream();
  const view = plainProgress(openOutput(stream));
  const results = { "a.load": plainResult };
  view.event({ type: "AttemptSucceeded", at: 9, tasks: ["a.load"], attempt: 1, results });
  expect(stream.text).toBe("a.load succeeded: 1 row\n");
});
