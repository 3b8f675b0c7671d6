import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestModule, Vitest } from "vitest/node";

/** What a run of all tests came to. Names are `file > suite > test`. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Writes a TestSummary as JSON to `--outputFile.summary=…`, and nothing without it. A file that does
 * not load, a suite whose hook fails, and an unhandled error each count as one failure: none of
 * them is a test, and none may pass unseen.
 */
export class TestSummaryReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const outputFile = this.#vitest?.config.outputFile;
    const path = typeof outputFile === "object" ? outputFile["summary"] : undefined;
    if (path !== undefined)
      writeFileSync(path, JSON.stringify(summarize(modules, unhandledErrors)));
  }
}

function summarize(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): TestSummary {
  const failed: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const module of modules) {
    const file = relative(process.cwd(), module.moduleId);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      const name = `${file} > ${test.fullName}`;
      if (state === "passed") passed += 1;
      else if (state === "skipped") skipped.push(name);
      else failed.push(state === "failed" ? name : `${name} (did not end)`);
    }
    failed.push(...brokenParts(module, file));
  }
  failed.push(...unhandledErrors.map(({ message }) => `unhandled error: ${message}`));
  return { passed, failed, skipped };
}

/** Errors outside of tests: while loading the file, or in a suite's hooks. */
function brokenParts(module: TestModule, file: string): readonly string[] {
  const suites = [...module.children.allSuites()]
    .filter((suite) => suite.errors().length > 0)
    .map((suite) => `${file} > ${suite.fullName} (its hooks)`);
  return module.errors().length > 0 ? [file, ...suites] : suites;
}
