import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const reporter = join(repositoryFolder, "test", "support", "test-summary-reporter.ts");
const head = 'import { beforeAll, describe, expect, test } from "vitest";\n';

/** Runs vitest on these files, as `npm test` does, and reads what the reporter wrote. */
function summaryOf(files: Readonly<Record<string, string>>) {
  using folder = temporaryFolder();
  symlinkSync(
    join(repositoryFolder, "node_modules"),
    join(folder.path, "node_modules"),
    "junction",
  );
  writeFiles(folder.path, {
    "vitest.config.mjs": `
      import { TestSummaryReporter } from ${JSON.stringify(reporter)};
      export default { test: { pool: "forks", reporters: [new TestSummaryReporter()] } };
    `,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, head + text])),
  });
  const summary = join(folder.path, "summary.json");
  const vitest = join(repositoryFolder, "node_modules", "vitest", "vitest.mjs");
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "--root", folder.path, `--outputFile.summary=${summary}`],
    { cwd: folder.path, encoding: "utf8" },
  );
  const written: unknown = existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : null;
  return { status, written };
}

test("the summary counts what passed, and names what failed and what was skipped", () => {
  const { status, written } = summaryOf({
    "a.test.js": `
      test("is fine", () => {});
      test("is wrong", () => expect(1).toBe(2));
      test.skip("is left out", () => {});
      describe("with data", () => test.skipIf(true)("that is absent", () => {}));
    `,
  });
  expect(status).toBe(1);
  expect(written).toEqual({
    passed: 1,
    failed: ["a.test.js > is wrong"],
    skipped: ["a.test.js > is left out", "a.test.js > with data > that is absent"],
  });
});

test("what is no test and fails is a failure too", () => {
  const { status, written } = summaryOf({
    "broken.test.js": "throw new Error('this file does not load');",
    "hooks.test.js": `
      describe("a suite", () => {
        beforeAll(() => { throw new Error("no"); });
        test("never runs", () => {});
      });
    `,
    "rejects.test.js": `
      test("looks fine", () => { Promise.reject(new Error("nobody waits for this")); });
    `,
    "dies.test.js": `test("takes its process along", () => process.kill(process.pid, "SIGKILL"));`,
  });
  expect(status).toBe(1);
  expect(written).toMatchObject({ passed: 1 });
  const failed = JSON.stringify(written);
  expect(failed).toContain("broken.test.js");
  expect(failed).toContain("a suite (its hooks)");
  expect(failed).toContain("nobody waits for this");
  expect(failed).toContain("dies.test.js");
});
