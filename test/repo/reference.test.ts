import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";

test("docs/reference says what the code says: npm run docs", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/generate-docs.mjs", "--check"], {
    cwd: repositoryFolder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
