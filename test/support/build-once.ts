import { spawnSync } from "node:child_process";
import { repositoryFolder } from "./sluice-process.ts";

/**
 * Makes `dist` current before the first test that starts `sluice` as a process of its own. Where
 * the sources do not compile, the tests that need no `dist` still run: that the build fails is
 * counted by `npm test` as a check of its own.
 */
export function setup(): void {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/build.mjs"], {
    cwd: repositoryFolder,
    encoding: "utf8",
  });
  if (status !== 0)
    process.stderr.write(`dist is not current, for src does not compile:\n${stdout}`);
}
