import { OperatingError } from "../../errors/operating-error.ts";
import type { CommandContext } from "./command-handler.ts";

const nameMax = 200;

/**
 * Who gives an answer: `--by`, or the user that the environment names.
 * @throws USAGE_INVALID when nobody is named: an answer without an author is worth nothing later
 */
export function answerAuthor({ input, environment }: CommandContext): string {
  const { USER, LOGNAME, USERNAME } = environment.variables;
  const found = [input.by, USER, LOGNAME, USERNAME].find((name) => name?.trim());
  const name = found?.trim() ?? "";
  if (name !== "" && name.length <= nameMax) return name;
  const detail = name === "" ? "Nobody is named." : `A name has at most ${nameMax} characters.`;
  throw new OperatingError("USAGE_INVALID", detail, { hint: "Say who it is: --by NAME." });
}
