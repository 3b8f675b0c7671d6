import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectors } from "../../src/app/connectors.ts";
import type { ProjectFile } from "../../src/core/project/project-file.ts";
import { renderProblem } from "../../src/core/project/render-problem.ts";
import { loadProject } from "../../src/engine/load-project.ts";
import { allFaultKinds } from "../../src/simulate/faults/fault.ts";
import { duckdbSqlAnalyzer } from "../../src/warehouses/duckdb/duckdb-sql-analyzer.ts";

/**
 * Each file of `problems/` is a bad project: its files after lines `=== path`, and after
 * `=== problems` all that is said about it. `UPDATE=1` writes what is said now; review the diff.
 */
const folder = join(import.meta.dirname, "problems");
const cases = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const analyzer = duckdbSqlAnalyzer();

function splitCase(text: string): readonly ProjectFile[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const lineEnd = part.indexOf("\n");
      return { path: part.slice(0, lineEnd), text: part.slice(lineEnd + 1) };
    });
}

async function check(files: readonly ProjectFile[]) {
  const tools = {
    ...{ connectors, openAnalyzer: async () => analyzer, ruleSets: [] },
    faultKinds: allFaultKinds,
  };
  const { problems } = await loadProject({ files, problems: [] }, tools);
  return problems;
}

test.each(cases)("problems/%s is reported as it should be", async (name) => {
  const path = join(folder, name);
  const text = readFileSync(path, "utf8");
  const parts = splitCase(text);
  const files = parts.filter((part) => part.path !== "problems");
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const problems = await check(files);
  const said = problems
    .map((problem) => `${renderProblem(problem, texts.get(problem.location.file))}\n`)
    .join("\n");
  const at = text.search(/^=== problems$/m);
  const whole = `${at < 0 ? text : text.slice(0, at)}=== problems\n${said}`;
  if (process.env["UPDATE"] === "1") writeFileSync(path, whole);
  expect(whole).toBe(readFileSync(path, "utf8"));
});

test("every problem says what to write instead", () => {
  for (const name of cases) {
    const said = readFileSync(join(folder, name), "utf8").split("=== problems\n")[1] ?? "";
    const problems = said.split(/^(?=error |warning )/m).filter((text) => text !== "");
    expect(problems.filter((text) => !/^ *= help: \S/m.test(text))).toEqual([]);
  }
});

test("no secret is ever shown", () => {
  for (const name of cases) {
    const said = readFileSync(join(folder, name), "utf8").split("=== problems\n")[1];
    expect(said).not.toContain("hunter2");
  }
});

test("twenty errors in ten files are reported in one go", () => {
  const text = readFileSync(join(folder, "twenty-errors.txt"), "utf8");
  expect(text.match(/^error /gm)?.length).toBeGreaterThanOrEqual(20);
});

test("there are at least forty kinds of bad project, and each of them is told from the others", () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
});
