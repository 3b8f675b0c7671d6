import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";

const capabilities = "-dac_override,-dac_read_search";
const drop = ["setpriv", `--bounding-set=${capabilities}`, `--inh-caps=${capabilities}`];

/**
 * The command through which a process is started so that the modes of files bind it: root is above
 * them until that right is taken from it. `null` where root cannot be bound.
 */
export function withoutOverride(): readonly string[] | null {
  if (userInfo().uid !== 0) return [];
  const tried = spawnSync("setpriv", [...drop.slice(1), "true"]);
  return tried.status === 0 ? drop : null;
}
