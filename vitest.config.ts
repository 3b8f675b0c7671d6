import { defineConfig } from "vitest/config";
import { TestSummaryReporter } from "./test/support/test-summary-reporter.ts";

/**
 * Two files at once, each in its own process: so there are never more than two database servers.
 * Properties are drawn from one seed, which SLUICE_SEED replaces.
 */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    setupFiles: ["test/support/fixed-seed.ts"],
    reporters: ["default", new TestSummaryReporter()],
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["src/**/*.test.ts"], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/support/build-once.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
