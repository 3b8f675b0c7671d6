import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { renderImpact } from "../../src/cli/render/render-impact.ts";
import { renderLineage } from "../../src/cli/render/render-lineage.ts";
import { displayWidth } from "../../src/cli/text/display-width.ts";
import type { Style } from "../../src/cli/text/style.ts";
import { OperatingError } from "../../src/errors/operating-error.ts";
import { cli } from "../support/cli-scene.ts";
import { colorStyle, plainStyle } from "../support/cli-style.ts";
import { flightsImpact, flightsLineage } from "../support/lineage-reports.ts";

const screens: Readonly<Record<string, (style: Style) => readonly string[]>> = {
  "lineage.txt": (style) => renderLineage(flightsLineage(), style),
  "impact.txt": (style) => renderImpact(flightsImpact(), style),
  "impact-none.txt": (style) => renderImpact({ ...flightsImpact(), models: [] }, style),
};

describe("what people see of lineage", () => {
  test.each(Object.entries(screens))("%s is as reviewed", async (name, render) => {
    const lines = render(plainStyle);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`cli/${name}`);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
    expect(lines.filter((line) => displayWidth(line) > plainStyle.width)).toEqual([]);
    expect(render(colorStyle).map((line) => stripVTControlCharacters(line))).toEqual(lines);
  });
});

describe("sluice lineage", () => {
  test("--json has the columns, the uses and what is unresolved, without inner detail", async () => {
    const { code, stdout } = await cli(["lineage", "daily_delays", "--downstream", "--json"]);
    expect(code).toBe(0);
    const json: unknown = JSON.parse(stdout);
    expect(json).toMatchObject({
      model: "daily_delays",
      table: "main.daily_delays",
      columns: [
        {
          name: "carrier",
          from: [{ table: "raw.flights", column: "carrier", how: "identity" }],
        },
        { name: "delay" },
        { name: "version", from: [] },
      ],
      uses: [
        { table: "raw.flights", column: "carrier", context: "group" },
        { table: "raw.weather", column: "*", context: "opaque" },
      ],
      unresolved: ["PIVOT over raw.weather is not understood"],
      downstream: [{ distance: 1 }, { distance: 1 }],
    });
    expect(stdout).not.toContain("absorbs");
    expect(stdout).not.toContain("upstream");
  });

  test("of a query in a file needs the shapes of its tables, and no project", async () => {
    const files = {
      "q.sql": "SELECT id FROM raw.orders",
      "s.json":
        '{ "tables": [{ "name": "raw.orders", "columns": [{ "name": "id", "type": "INT" }] }] }',
      "bad.json":
        '{ "tables": [{ "name": "o", "columns": [{ "name": "id" }] }, { "name": "O", "columns": [] }] }',
      "twice.json":
        '{ "tables": [{ "name": "o", "columns": [] }, { "name": "O", "columns": [] }] }',
    };
    const openProject = () => Promise.reject(new OperatingError("PROJECT_NOT_FOUND", "none here"));
    const scene = { files, openProject };
    const argv = ["lineage", "--sql", "q.sql", "--json"];
    const { code, stdout } = await cli([...argv, "--schema", "s.json"], scene);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { columns: [], uses: [], unresolved: ["SELECT id FROM raw.orders"] },
    ]);
    const without = await cli(argv, scene);
    expect(without.code).not.toBe(0);
    expect(without.stdout + without.stderr).toContain("--schema");
    const bad = await cli([...argv, "--schema", "bad.json"], scene);
    expect(bad.stdout + bad.stderr).toContain("tables[0].columns[0].type");
    const twice = await cli([...argv, "--schema", "twice.json"], scene);
    expect(twice.stdout + twice.stderr).toContain("tables[1].name");
  });

  test.each([[["lineage"]], [["lineage", "x", "--schema", "s.json"]], [["impact"]]])(
    "%j is not enough, or too much",
    async (argv) => {
      const { code, stderr } = await cli(argv);
      expect(code).not.toBe(0);
      expect(stderr).not.toBe("");
    },
  );
});

test("sluice impact --json names the models that a change can reach", async () => {
  const { code, stdout } = await cli(["impact", "flights.carrier", "--json"]);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    {
      table: "raw.flights",
      column: "carrier",
      models: [{ model: "daily_delays", uses: ["group"] }, { model: "worst" }],
    },
  ]);
});
