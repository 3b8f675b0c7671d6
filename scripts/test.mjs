import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runNode, secondsSince, tool } from "./run-process.mjs";
import { setUp } from "./set-up.mjs";

/**
 * `npm test`: sets itself up, runs every check of the repository whatever the ones before gave, and
 * ends with one line of totals. What follows `--` narrows the tests, not the checks:
 * `npm test -- src/core/decide`.
 */
const only = process.argv.slice(2);

/** Each is Node with these arguments; their output is shown when they fail. */
const checks = [
  ["format and lint", [tool("@biomejs/biome/bin/biome"), "ci", "--colors=off", "."]],
  [
    "type-aware lint",
    [tool("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings", "src", "test", "bench"],
  ],
  ["types", [tool("typescript/bin/tsc"), "-p", "tsconfig.json"]],
  ["build", [join(root, "scripts/build.mjs")]],
  ["types of scripts", [tool("typescript/bin/tsc"), "-p", "scripts/tsconfig.json"]],
  ["public surface", [tool("@microsoft/api-extractor/bin/api-extractor"), "run"]],
  ["unused code", [tool("knip/bin/knip.js"), "--no-progress"]],
  ["package", [tool("publint/src/cli.js"), "--strict", "--pack", "npm"]],
];

async function main() {
  const start = performance.now();
  await setUp();
  const failed = [];
  for (const [name, args] of checks) {
    if (!(await runCheck(name, args))) failed.push(name);
  }
  const tests = await runTests();
  report(tests, failed, secondsSince(start));
}

/** Runs one check and says how it ended. */
async function runCheck(name, args) {
  const start = performance.now();
  const { code, output } = await runNode(args, { env: { NO_COLOR: "1" } });
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${secondsSince(start)})`);
  if (code !== 0) console.log(output);
  return code === 0;
}

/** Runs all tests, and reads what they came to from the file that our reporter writes at their end. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "sluice-tests-"));
  const summary = join(folder, "summary.json");
  try {
    const vitest = tool("vitest/vitest.mjs");
    const args = [vitest, "run", `--outputFile.summary=${summary}`, ...only];
    const { code } = await runNode(args, { show: true });
    const found = existsSync(summary)
      ? JSON.parse(readFileSync(summary, "utf8"))
      : { passed: 0, failed: [], skipped: [] };
    if (code !== 0 && found.failed.length === 0) {
      found.failed.push(`vitest ended with code ${code} and without a failed test`);
    }
    if (found.passed === 0 && found.failed.length === 0) found.failed.push("no test was run");
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(tests, failedChecks, duration) {
  const failed = [...failedChecks.map((name) => `check: ${name}`), ...tests.failed];
  const passed = tests.passed + checks.length - failedChecks.length;
  listNames("Skipped", tests.skipped);
  listNames("Failed", failed);
  console.log(`\nAll of it took ${duration}.`);
  console.log(`${passed} passed, ${failed.length} failed, ${tests.skipped.length} skipped`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function listNames(title, names) {
  if (names.length > 0) console.log(`\n${title}:\n${names.map((name) => `  ${name}`).join("\n")}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
