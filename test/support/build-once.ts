import { execFileSync } from "node:child_process";
import { repositoryFolder } from "./sluice-process.ts";

/** Makes `dist` current before the first test that starts `sluice` as a process of its own. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], {
    cwd: repositoryFolder,
    stdio: "inherit",
  });
}
