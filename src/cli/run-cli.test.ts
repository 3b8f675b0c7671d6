import { describe, expect, test } from "vitest";
import { cli } from "../../test/support/cli-scene.ts";
import { ordersAfter, ordersBefore } from "../../test/support/orders-schemas.ts";
import { flightsPlan, upToDatePlan } from "../../test/support/plan-report.ts";
import { consequenceOf } from "../errors/blame.ts";
import { catalogue, type ErrorCode } from "../errors/catalogue.ts";
import { OperatingError } from "../errors/operating-error.ts";
import { commandTable } from "./commands/command-table.ts";
import { listCommands } from "./parse/list-commands.ts";

const failing = (error: unknown) => ({ openProject: () => Promise.reject(error) });
const parsed = (text: string): unknown => JSON.parse(text);

const contractYaml = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema: [{ name: orders, properties: [{ name: id, logicalType: integer }] }]
`;

const ordersFiles = {
  "old.json": JSON.stringify(ordersBefore),
  "new.json": JSON.stringify(ordersAfter),
  "old.yaml": contractYaml,
  "new.yaml": contractYaml.replace("id, logical", "key, logical"),
};

const jsonForms: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["init", ["init"], ["folder", "files"]],
  ["check", ["check"], ["valid", "problems", "counts"]],
  ["schema", ["schema"], ["folder", "files"]],
  ["schema diff", ["schema", "diff", "old.json", "new.json"], ["changes", "compatible", "reasons"]],
  ["sources", ["sources"], ["snapshot", "sources"]],
  ["plan", ["plan"], ["blueprint", "decisions", "negotiations", "summary", "warnings"]],
  ["run", ["run"], ["run"]],
  ["runs", ["runs"], ["runs"]],
  ["show", ["show"], ["run", "revisions", "degraded"]],
  ["why", ["why", "flights.load"], ["task", "state", "reason", "chain"]],
  ["diff", ["diff"], ["added", "removed", "changed"]],
  [
    "lineage",
    ["lineage", "daily_delays"],
    ["model", "table", "columns", "uses", "unresolved", "downstream"],
  ],
  ["impact", ["impact", "flights.delay"], ["table", "column", "models"]],
  ["contract init", ["contract", "init", "flights"], ["file", "columns"]],
  ["contract check", ["contract", "check"], ["holds", "contracts"]],
  ["contract diff", ["contract", "diff", "old.yaml", "new.yaml"], ["allowed", "tables"]],
  ["drift", ["drift"], ["drifts"]],
  ["negotiate list", ["negotiate", "list"], ["negotiations"]],
  ["negotiate show", ["negotiate", "show", "0a"], ["negotiation"]],
  ["negotiate accept", ["negotiate", "accept", "0a", "--by", "ada"], ["negotiation"]],
  ["negotiate reject", ["negotiate", "reject", "0a", "--by", "ada"], ["negotiation"]],
  [
    "negotiate counter",
    ["negotiate", "counter", "0a", "--by", "ada", "--route", "adapt"],
    ["negotiation"],
  ],
  ["quarantine list", ["quarantine", "list"], ["sources"]],
  ["quarantine show", ["quarantine", "show", "sales"], ["source", "rowsTotal", "rows"]],
  [
    "quarantine release",
    ["quarantine", "release", "sales", "--by", "ada"],
    ["source", "rowsReleased", "rowsKept", "kept"],
  ],
  ["drill", ["drill"], ["project", "seed", "passed", "drills"]],
  ["serve", ["serve"], ["type", "at"]],
  ["signal", ["signal", "freeze", "flights", "--by", "ada"], ["signal", "isNew"]],
  ["prune", ["prune"], ["dryRun", "runs", "events", "objects", "signals", "staged", "versions"]],
  ["signals", ["signals"], ["at", "standing", "signals"]],
  [
    "simulate",
    ["simulate", "late_orders"],
    ["scenario", "seed", "cycles", "variants", "violations"],
  ],
  ["replay", ["replay"], ["run", "blueprint", "recomputed", "identical", "revisions"]],
  ["doctor", ["doctor"], ["ok", "findings"]],
  ["version", ["version"], ["version"]],
];

describe("the answer", () => {
  test.each(jsonForms)("of %s --json is one object on stdout", async (_, argv, keys) => {
    const { stdout, stderr } = await cli([...argv, "--json"], { files: ordersFiles });
    expect(Object.keys(Object(parsed(stdout)))).toEqual(keys);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr.includes("warning") ? "" : stderr).toBe("");
  });

  test("has a form in JSON for every command", () => {
    const runnable = listCommands(commandTable).filter(({ spec }) => spec.load !== null);
    expect(jsonForms.map(([name]) => name).toSorted()).toEqual(
      runnable.map(({ path }) => path).toSorted(),
    );
  });

  test("is indented JSON where a person reads it", async () => {
    const { stdout } = await cli(["runs", "--json"], { isStdoutTerminal: true });
    expect(stdout).toMatch(/^\{\n {2}"runs"/);
  });

  test("has no progress in it, and progress has no answer in it", async () => {
    const { stdout, stderr } = await cli(["plan"]);
    expect(stdout).toMatch(/^\+ runs/);
    expect(stderr).toBe("1 warning in the project's files: `sluice check`\n");
  });

  test("to --json leaves traces out unless --full asks for them", async () => {
    const short = (await cli(["plan", "--json"])).stdout;
    const full = (await cli(["plan", "--json", "--full"])).stdout;
    expect(short).not.toContain('"trace"');
    expect(full).toContain('"trace"');
  });
});

describe("exit codes", () => {
  test.each([
    ["nothing was asked for", [], 64],
    ["a command is unknown", ["plam"], 64],
    ["a flag is unknown", ["plan", "--ful"], 64],
    ["an argument is missing", ["why"], 64],
    ["there is an argument too many", ["plan", "x"], 64],
    ["an instant has no zone", ["plan", "--now", "2026-01-31T06:00"], 64],
    ["an instant is on no calendar", ["plan", "--now", "2026-02-30"], 64],
    ["a count is none", ["runs", "--limit", "0"], 64],
    ["a check found an error", ["check"], 78],
    ["a plan has work and nobody asked", ["plan"], 0],
    ["a plan has work and it was asked", ["plan", "--detailed-exitcode"], 2],
    ["there are differences and nobody asked", ["diff"], 0],
    ["there are differences and it was asked", ["diff", "--detailed-exitcode"], 2],
    ["a run failed", ["run"], 1],
    ["a failed run is shown", ["show"], 0],
    ["a finding is a failure", ["doctor"], 1],
    ["a command under it is missing", ["negotiate"], 64],
    ["an answer is on no route", ["negotiate", "accept", "0a", "--by", "x", "--route", "no"], 64],
    ["a counter-proposal has no route", ["negotiate", "counter", "0a", "--by", "x"], 64],
    ["nobody answers", ["negotiate", "accept", "0a"], 64],
    ["schemas differ and nobody asked", ["schema", "diff", "old.json", "new.json"], 0],
    [
      "schemas differ and it was asked",
      ["schema", "diff", "old.json", "new.json", "--detailed-exitcode"],
      2,
    ],
    ["a schema's file is not there", ["schema", "diff", "old.json", "none.json"], 64],
    ["help was asked for", ["run", "--help"], 0],
  ])("%s", async (_, argv, code) => {
    expect((await cli(argv, { files: ordersFiles })).code).toBe(code);
  });

  test("a plan without work is 0 also where it was asked", async () => {
    const reports = { plan: async () => upToDatePlan() };
    expect((await cli(["plan", "--detailed-exitcode"], { reports })).code).toBe(0);
  });

  test("a run that did something is 2 only where it was asked", async () => {
    const run = {
      id: "r1",
      status: "succeeded",
      blueprint: "b",
      decision: "d",
      startedAt: 0,
      finishedAt: 1,
      tasks: [{ id: "flights.load", status: "succeeded", attempts: 1 }],
      revisions: [],
      degraded: [],
      failedRevisions: [],
    } as const;
    const reports = { run: async () => ({ run }) };
    expect((await cli(["run"], { reports })).code).toBe(0);
    expect((await cli(["run", "--detailed-exitcode"], { reports })).code).toBe(2);
  });

  test("a replay that differs is 1", async () => {
    const differing = {
      run: "r1",
      blueprint: "a",
      recomputed: "b",
      identical: false,
      revisions: [],
    };
    const reports = { replay: async () => differing };
    expect((await cli(["replay"], { reports })).code).toBe(1);
  });

  const codes = Object.keys(catalogue).filter((code): code is ErrorCode => code in catalogue);
  test.each(codes)("%s ends as its place in the catalogue says", async (code) => {
    const { code: exitCode } = await cli(["runs"], failing(new OperatingError(code, "No.")));
    expect(exitCode).toBe(consequenceOf(code).exitCode);
  });

  test("what has no code is a bug: 70, with the stack", async () => {
    const { code, stderr } = await cli(["runs"], failing(new TypeError("x is not a function")));
    expect(code).toBe(70);
    expect(stderr).toMatch(/error INTERNAL: x is not a function\n.*bug[\s\S]*at .*run-cli\.test/);
  });
});

describe("what was typed", () => {
  test("reaches the library: project, instant, run and resume", async () => {
    const seen: unknown[] = [];
    const scene = {
      reports: {
        why: async (task: string, options?: object) => {
          seen.push([task, options]);
          return { task, state: "active", reason: "new", chain: [], assessment: null } as const;
        },
      },
    };
    await cli(["--project", "p", "why", "a.load", "--run", "abc", "--now", "2026-01-31"], scene);
    expect(seen).toMatchObject([["a.load", { run: "abc", now: Date.UTC(2026, 0, 31) }]]);
  });

  test.each([
    [["-p", "here", "runs"]],
    [["runs", "--project", "here"]],
    [["runs", "--project=here"]],
  ])("%s names the project's folder", async (argv) => {
    const folders: unknown[] = [];
    const openProject = async (request: { readonly folder: string | null }) => {
      folders.push(request.folder);
      throw new OperatingError("PROJECT_NOT_FOUND", "None.");
    };
    await cli(argv, { openProject });
    expect(folders).toEqual(["here"]);
  });

  test("a diff of nothing named compares the latest with the one before", async () => {
    const asked: string[] = [];
    const diff = async (from: string, to: string) => {
      asked.push(from, to);
      return { added: [], removed: [], changed: [] };
    };
    await cli(["diff"], { reports: { diff } });
    expect(asked).toEqual(["previous", "latest"]);
  });
});

describe("help", () => {
  test("lists every command", async () => {
    const { code, stdout } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const { name } of commandTable) expect(stdout).toContain(`\n  ${name} `);
  });

  test("is on stderr where a command is missing", async () => {
    const { stdout, stderr } = await cli([]);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: sluice <command>");
  });

  test.each([
    [["why", "--help"]],
    [["help", "why"]],
    [["-p", "plan", "why", "-h"]],
    [["--help", "why"]],
  ])("%s is about the command that was named", async (argv) => {
    expect((await cli(argv)).stdout).toMatch(/^Usage: sluice why <task> \[flags\]/);
  });

  test("for an unknown command is an error with the nearest name", async () => {
    const { code, stderr } = await cli(["help", "plam"]);
    expect(code).toBe(64);
    expect(stderr).toContain("Did you mean `plan`?");
  });

  test("needs no project", async () => {
    const { code } = await cli(["plan", "--help"], failing(new Error("opened")));
    expect(code).toBe(0);
  });
});

test("a plan's JSON has the names that others rely on", async () => {
  const report = flightsPlan();
  const { stdout } = await cli(["plan", "--json"], { reports: { plan: async () => report } });
  expect(parsed(stdout)).toMatchObject({
    blueprint: {
      id: report.blueprint.id,
      snapshot: report.record.snapshot,
      ruleSets: [{ name: "core" }],
      template: "standard",
      segments: expect.arrayContaining([
        expect.objectContaining({
          subject: "notes",
          kind: "source",
          tasks: expect.arrayContaining([
            expect.objectContaining({
              id: "notes.load",
              kind: "load",
              state: "bypassed",
              reason: "rule",
              by: "core/leave-unread",
              safeguards: expect.objectContaining({ pool: "load" }),
            }),
          ]),
        }),
      ]),
    },
    decisions: expect.arrayContaining([
      expect.objectContaining({
        subject: "flights",
        rules: expect.arrayContaining([{ id: "core/split-large", outcome: "matched" }]),
        effects: expect.arrayContaining([
          { kind: "split", unit: "rows", size: 1_000_000, by: ["core/split-large"] },
        ]),
      }),
    ]),
    summary: report.summary,
  });
});
