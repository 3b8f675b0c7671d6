import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  added,
  dropped,
  evidenceOf,
  gained,
  lineageOf,
  nullAllowed,
  output,
  typed,
  unpadded,
  use,
} from "../../../test/support/model-evidence-fixture.ts";
import type { QueryLineage } from "../lineage/query-lineage.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import { assessModel } from "./assess-model.ts";
import { type Role, type Verdict, verdicts } from "./assessment.ts";
import { harmOf, verdictTable } from "./verdict-table.ts";

describe("one change and one use", () => {
  const cases: readonly [string, SchemaChange, QueryLineage, Verdict][] = [
    ["an added column that is not named", added("x"), lineageOf([output("a", "a")]), "safe"],
    [
      "an added column under *",
      added("x"),
      lineageOf([output("a", "a")], [use("star", "*")]),
      "drift",
    ],
    [
      "an added column in a UNION of *",
      added("x"),
      lineageOf([output("a", "a")], [use("star", "*"), use("set", "a")]),
      "breaks",
    ],
    [
      "an added column that a natural join could take",
      added("x"),
      lineageOf([], [use("join", "*")]),
      "corrupts",
    ],
    [
      "a column that moved under named columns",
      { kind: "reordered", column: "a", before: 0, after: 2 },
      lineageOf([output("a", "a")], [use("set", "a")]),
      "safe",
    ],
    [
      "a column that moved in a UNION of *",
      { kind: "reordered", column: "a", before: 0, after: 2 },
      lineageOf([output("a", "a")], [use("star", "*"), use("set", "a")]),
      "corrupts",
    ],
    ["a dropped column that nobody names", dropped("b"), lineageOf([output("a", "a")]), "safe"],
    ["a dropped column in a filter", dropped("b"), lineageOf([], [use("filter", "b")]), "breaks"],
    ["names without case", dropped("B"), lineageOf([output("b", "b")]), "breaks"],
    [
      "a dropped column that is named in a UNION",
      dropped("b"),
      lineageOf([], [use("set", "b")]),
      "breaks",
    ],
    [
      "whole numbers that widen, as a join key",
      typed("widened", "k", ["INTEGER", "BIGINT"], false),
      lineageOf([], [use("join", "k")]),
      "drift",
    ],
    [
      "whole numbers that become floats, as a join key",
      typed("widened", "k", ["BIGINT", "DOUBLE"]),
      lineageOf([], [use("join", "k")]),
      "corrupts",
    ],
    [
      "a widening that a cast takes back",
      typed("widened", "a", ["BIGINT", "DOUBLE"]),
      lineageOf([output("a", "a", "transformation", ["type"])]),
      "absorbed",
    ],
    [
      "a narrowing that a cast cannot take back",
      typed("narrowed", "a", ["DOUBLE", "BIGINT"]),
      lineageOf([output("a", "a", "transformation", ["type"])]),
      "corrupts",
    ],
    [
      "a number that became text, compared",
      typed("retyped", "a", ["BIGINT", "VARCHAR"]),
      lineageOf([], [use("filter", "a")]),
      "corrupts",
    ],
    [
      "a number that became text, handed on",
      typed("retyped", "a", ["BIGINT", "VARCHAR"]),
      lineageOf([output("a", "a")]),
      "breaks",
    ],
    [
      "NULLs under COALESCE",
      nullAllowed("a"),
      lineageOf([output("a", "a", "transformation", ["null"])]),
      "absorbed",
    ],
    ["NULLs in NOT IN", nullAllowed("a"), lineageOf([], [use("not_in", "a")]), "corrupts"],
    ["NULLs in a join key", nullAllowed("a"), lineageOf([], [use("join", "a")]), "corrupts"],
    ["NULLs in a sum", nullAllowed("a"), lineageOf([output("s", "a", "aggregation")]), "drift"],
    [
      "a new member that an IN list misses",
      gained("s", "lost"),
      lineageOf([], [use("filter", "s", { literals: ["open", "paid"] })]),
      "corrupts",
    ],
    [
      "a new member that the list names already",
      gained("s", "lost"),
      lineageOf([], [use("filter", "s", { literals: ["lost", "open", "paid"] })]),
      "safe",
    ],
    [
      "a new member beside the one that is picked",
      gained("s", "lost"),
      lineageOf([], [use("filter", "s", { literals: ["paid"] })]),
      "drift",
    ],
    [
      "a new member that ELSE takes",
      gained("s", "lost"),
      lineageOf([], [use("conditional", "s", { literals: ["paid"], hasElse: true })]),
      "drift",
    ],
    [
      "a new member in a CASE of more than constants, without ELSE",
      gained("s", "lost"),
      lineageOf([], [use("conditional", "s")]),
      "corrupts",
    ],
    ["lost zeros, handed on", unpadded("f"), lineageOf([output("f", "f")]), "drift"],
    ["lost zeros in a key", unpadded("f"), lineageOf([], [use("join", "f")]), "corrupts"],
    [
      "lost zeros in an expression",
      unpadded("f"),
      lineageOf([output("f", "f", "transformation")]),
      "corrupts",
    ],
    [
      "another key under a sum",
      { kind: "key", column: "", before: ["id"], after: ["id", "day"] },
      lineageOf([output("s", "a", "aggregation")]),
      "corrupts",
    ],
    [
      "a key that is declared at last",
      { kind: "key", column: "", before: [], after: ["id"] },
      lineageOf([output("s", "a", "aggregation")]),
      "safe",
    ],
    [
      "another table under the old name",
      { kind: "replaced", column: "" },
      lineageOf([output("a", "a")]),
      "corrupts",
    ],
    [
      "a new field in a struct of which a field is read",
      {
        kind: "nested",
        column: "p",
        path: "p.x",
        inner: { kind: "added", type: "INTEGER", position: 0 },
      },
      lineageOf([output("x", "p", "transformation")]),
      "safe",
    ],
    [
      "a lost field of a struct of which some field is read",
      {
        kind: "nested",
        column: "p",
        path: "p.x",
        inner: { kind: "dropped", type: "INTEGER", position: 0 },
      },
      lineageOf([output("x", "p", "transformation")]),
      "breaks",
    ],
  ];
  test.each(cases)("%s", (_name, change, lineage, verdict) => {
    expect(assessModel(evidenceOf(lineage, [change])).gate).toBe(verdict);
  });

  test("with a column that went, one that came shifts a UNION of *", () => {
    const lineage = lineageOf([output("a", "a")], [use("star", "*"), use("set", "a")]);
    expect(assessModel(evidenceOf(lineage, [added("x"), dropped("b")])).gate).toBe("corrupts");
  });

  test("a name that the other side of a join has too could become a key of it, under *", () => {
    const lineage = lineageOf(
      [output("a", "a")],
      [use("star", "*"), use("join", "id"), use("join", "id", { table: "raw.customers" })],
    );
    const inputs = (name: string) => [
      {
        table: { schema: "raw", name: "customers" },
        columns: [{ name, type: "VARCHAR", nullable: true }],
      },
    ];
    const gate = (name: string) =>
      assessModel(evidenceOf(lineage, [added("x")], { inputs: inputs(name) })).gate;
    expect(gate("X")).toBe("corrupts");
    expect(gate("y")).toBe("drift");
  });

  test("how a column of points in time is written is its reader's matter", () => {
    const inputs = [
      {
        table: { schema: "raw", name: "orders" },
        columns: [{ name: "f", type: "TIMESTAMP", nullable: true }],
      },
    ];
    const lineage = lineageOf([], [use("join", "f")]);
    expect(assessModel(evidenceOf(lineage, [unpadded("f")], { inputs })).gate).toBe("drift");
  });
});

describe("the guide", () => {
  /** Roles that the guide shows as one column, because the table never tells them apart. */
  const shown: readonly (readonly [string, readonly Role[]])[] = [
    ["as is", ["identity"]],
    ["expr", ["transformation"]],
    ["agg", ["aggregation"]],
    ["join", ["join"]],
    ["NOT IN", ["not_in"]],
    ["where", ["filter", "having", "qualify"]],
    ["CASE", ["conditional"]],
    ["group", ["group", "partition"]],
    ["distinct", ["distinct"]],
    ["window", ["window"]],
    ["order", ["order"]],
    ["UNION", ["set"]],
    ["`*`", ["star"]],
    ["unknown", ["opaque"]],
  ];
  const letters: Readonly<Record<Verdict, string>> = {
    safe: "S",
    absorbed: "A",
    drift: "D",
    rewritable: "R",
    breaks: "B",
    corrupts: "**X**",
  };

  test("shows the table as it is", () => {
    const rows = Object.entries(verdictTable).map(([name, row]) => {
      const cells = shown.map(([_title, roles]) => {
        const found = new Set(roles.map((role) => letters[row[role]]));
        expect([name, roles, found.size]).toEqual([name, roles, 1]);
        return [...found][0] ?? "";
      });
      return `| ${[name.replaceAll("_", " "), ...cells].join(" | ")} |`;
    });
    const head = `| | ${shown.map(([title]) => title).join(" | ")} |`;
    const guide = readFileSync("docs/guides/compatibility.md", "utf8");
    for (const line of [head, ...rows]) expect(guide).toContain(line);
  });

  test("names every probability", () => {
    const guide = readFileSync("docs/guides/compatibility.md", "utf8");
    for (const verdict of verdicts) {
      expect(guide).toContain(`| ${letters[verdict]} | ${verdict} | ${harmOf[verdict]} |`);
    }
  });
});
