import { describe, expect, test } from "vitest";
import { cli } from "../../../test/support/cli-scene.ts";
import { driftDecided, driftPlan } from "../../../test/support/drift-plan.ts";
import { answeredNegotiation, salesDrifts } from "../../../test/support/drift-reports.ts";
import { ordersAfter, ordersBefore } from "../../../test/support/orders-schemas.ts";
import { explainTask } from "../../core/decide/why.ts";
import { present } from "../../core/std/assert.ts";
import type { GivenAnswer } from "../../engine/drift-report.ts";

const parsed = (text: string): unknown => JSON.parse(text);
const json = (value: unknown): string => JSON.stringify(value);

describe("schema diff", () => {
  const files = { "old.json": json(ordersBefore), "new.json": json(ordersAfter) };
  const argv = ["schema", "diff", "old.json", "new.json"];

  test("says every change, who can read what, and why not, without any project", async () => {
    const openProject = () => Promise.reject(new Error("there is none"));
    const { code, stdout } = await cli([...argv, "--json"], { files, openProject });
    expect(code).toBe(0);
    expect(parsed(stdout)).toMatchObject({
      changes: [
        { kind: "dropped", column: "note", before: "VARCHAR" },
        { kind: "renamed", column: "Customer ID", after: "customer_id" },
        { kind: "retyped", column: "address" },
        { kind: "widened", column: "amount", before: "DECIMAL(10,2)", after: "DECIMAL(18,2)" },
        { kind: "values", column: "status" },
        { kind: "added", column: "channel", after: "VARCHAR" },
        { kind: "reordered", column: "Customer ID" },
      ],
      compatible: { backward: false, forward: false, full: false },
    });
  });

  test("of a schema with itself has no change, whatever the case of its names", async () => {
    const shouted = ordersBefore.columns.map((column) => ({
      ...column,
      name: column.name.toUpperCase(),
    }));
    const same = { "old.json": json(ordersBefore), "new.json": json({ columns: shouted }) };
    const { stdout } = await cli([...argv, "--json"], { files: same });
    expect(parsed(stdout)).toEqual({
      changes: [],
      compatible: { backward: true, forward: true, full: true },
      reasons: [],
    });
    expect((await cli(argv, { files: same })).stdout).toBe(
      "No difference: each reads the other.\n",
    );
    const detailed = await cli([...argv, "--detailed-exitcode"], { files: same });
    expect(detailed.code).toBe(0);
  });

  test.each([
    ["nothing", "", "old.json is no JSON: it is empty."],
    [
      "half of it",
      '{\n  "columns": [}',
      "old.json is no JSON: Unexpected token '}' at line 2, column 15.",
    ],
    ["another value", "[]", "old.json has 1 problem:\n  This is no schema."],
    [
      "an unknown type",
      json({ columns: [{ name: "a", type: "BIGNIT" }] }),
      "columns[0].type: DuckDB has no type `BIGNIT`. Did you mean `BIGINT`?",
    ],
    [
      "the same name twice",
      json({
        columns: [
          { name: "a", type: "INT" },
          { name: "A", type: "INT" },
        ],
      }),
      "columns[1].name: `A` is at columns[0] already",
    ],
    [
      "several things",
      json({ columns: [{ nam: "a", type: "INT" }, 3] }),
      "old.json has 3 problems:",
    ],
  ])("refuses a file with %s, and says where", async (_, text, message) => {
    const { code, stdout, stderr } = await cli(argv, { files: { ...files, "old.json": text } });
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });

  test("tells the first of very many problems", async () => {
    const columns = Array.from({ length: 90 }, () => ({ type: "INT" }));
    const { stderr } = await cli(argv, { files: { ...files, "old.json": json({ columns }) } });
    expect(stderr).toContain("old.json has 90 problems:");
    expect(stderr).toContain("and 70 more");
  });
});

describe("drift", () => {
  test("gives each change and route with names that stay", async () => {
    const { stdout } = await cli(["drift", "--json"]);
    expect(parsed(stdout)).toMatchObject({
      drifts: [
        {
          source: "sales",
          at: "2025-12-30T10:00:00.000Z",
          run: "20251230T100000-0b11",
          changes: [
            {
              kind: "renamed",
              column: "Province/State",
              before: "Province/State",
              after: "Province_State",
              confidence: 0.973,
            },
            { kind: "added", column: "FIPS", after: "VARCHAR" },
          ],
          routes: [
            { subject: "by_day", route: "pass", rule: "default/pass-unused", score: 1 },
            { subject: "by_province", route: "adapt", score: 0.939 },
          ],
        },
        { source: "sales", run: null },
        { source: "weather", routes: [] },
      ],
    });
  });

  test("asks for one source when one is named", async () => {
    const asked: unknown[] = [];
    const drifts = async (source?: string) => {
      asked.push(source);
      return salesDrifts().filter((drift) => drift.source === source);
    };
    const { stdout } = await cli(["drift", "weather"], { reports: { drifts } });
    expect(asked).toEqual(["weather"]);
    expect(stdout).toContain("1 change of schema with 1 difference in 1 source");
  });
});

describe("an answer", () => {
  const answered = async (
    argv: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => {
    const given: (GivenAnswer & { readonly id: string })[] = [];
    const respond = async (id: string, answer: GivenAnswer) => {
      given.push({ id, ...answer });
      return answeredNegotiation({ ...answer, at: 0 });
    };
    const outcome = await cli(["negotiate", ...argv], {
      reports: { respond },
      ...(variables === undefined ? {} : { variables }),
    });
    return { ...outcome, given };
  };

  test.each([
    [["accept", "3fae"], { answer: "accept", id: "3fae", by: "ada", route: null, reason: null }],
    [["accept", "3fae", "--route", "pass"], { answer: "accept", route: "pass" }],
    [["reject", "3fae", "--reason", " the key "], { answer: "reject", reason: "the key" }],
    [["counter", "3fae", "--route", "adapt"], { answer: "counter", route: "adapt" }],
    [["accept", "3fae", "--by", "grace"], { by: "grace" }],
  ])("of %j reaches the project", async (argv, wanted) => {
    const { code, given } = await answered(argv, { USER: "ada" });
    expect(code).toBe(0);
    expect(given).toMatchObject([wanted]);
  });

  test.each([
    [{ LOGNAME: "ada" }, "ada"],
    [{ USERNAME: "ada" }, "ada"],
    [{ USER: " ", LOGNAME: "grace" }, "grace"],
  ])("is by whom %j names", async (variables, by) => {
    const { given } = await answered(["accept", "3fae"], variables);
    expect(given).toMatchObject([{ by }]);
  });

  test("of nobody, or at too great length, is refused before anything is opened", async () => {
    const nobody = await answered(["accept", "3fae"]);
    expect(nobody).toMatchObject({ code: 64, given: [] });
    expect(nobody.stderr).toContain("--by NAME");
    const long = await answered(["accept", "3fae", "--by", "ada", "--reason", "x".repeat(3_000)]);
    expect(long).toMatchObject({ code: 64, given: [] });
  });
});

describe("quarantine", () => {
  test("is released by name, and stops at a signal", async () => {
    const asked: unknown[] = [];
    const releaseQuarantined = async (
      source: string,
      options: { readonly by: string; readonly signal?: AbortSignal },
    ) => {
      asked.push([source, options.by, options.signal?.aborted]);
      return { source, rowsReleased: 2, rowsKept: 0, kept: [] };
    };
    const argv = ["quarantine", "release", "sales", "--by", "ada"];
    const { stdout } = await cli(argv, { reports: { releaseQuarantined } });
    expect(asked).toEqual([["sales", "ada", false]]);
    expect(stdout).toContain("+ 2 rows of sales released");
  });

  test("shows as many rows as are asked for", async () => {
    const { stdout } = await cli(["quarantine", "show", "sales", "-n", "1", "--json"]);
    expect(parsed(stdout)).toMatchObject({
      rowsTotal: 1_203,
      rows: [{ column: "Amount", at: "2026-01-01T10:00:00.000Z" }],
    });
  });
});

test("a plan's JSON says the route of each model, what it reads through, and what is negotiated", async () => {
  const { stdout } = await cli(["plan", "--json"], { reports: { plan: async () => driftPlan() } });
  expect(parsed(stdout)).toMatchObject({
    blueprint: {
      segments: expect.arrayContaining([
        expect.objectContaining({
          subject: "by_province",
          route: expect.objectContaining({ to: "adapt", gate: "rewritable", sources: ["sales"] }),
        }),
        expect.objectContaining({ subject: "sales", route: null }),
      ]),
    },
    negotiations: [{ source: "payments", status: "open", deadline: "2026-01-07T12:00:00.000Z" }],
  });
});

test("why of a transform says in JSON what each change does to each column", async () => {
  const report = present(explainTask(driftDecided(), "revenue.transform"), "it is planned");
  const reports = { why: async () => report };
  const { stdout } = await cli(["why", "revenue.transform", "--json"], { reports });
  expect(parsed(stdout)).toMatchObject({
    assessment: {
      gate: "corrupts",
      score: 0,
      terms: [{ column: "amount", role: "aggregation", change: { before: "BIGINT" } }],
    },
  });
});
