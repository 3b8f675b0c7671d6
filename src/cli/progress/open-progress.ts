import type { CliEnvironment } from "../cli-environment.ts";
import type { Console } from "../console.ts";
import { liveProgress } from "./live-progress.ts";
import { plainProgress } from "./plain-progress.ts";
import type { ProgressView } from "./progress-view.ts";
import { silentProgress } from "./silent-progress.ts";

/** The view that fits stderr: live on a terminal, lines elsewhere, nothing when a program reads. */
export function openProgress(
  environment: CliEnvironment,
  console: Console,
  isJson: boolean,
): ProgressView {
  const { stderr: stream, variables, clock } = environment;
  const isTerminal = stream.isTTY === true;
  const canMove = isTerminal && variables["TERM"] !== "dumb" && (variables["CI"] ?? "") === "";
  if (canMove) {
    return liveProgress({
      stream,
      output: console.stderr,
      colors: console.noteStyle.colors,
      clock,
    });
  }
  return isJson && !isTerminal ? silentProgress(console.stderr) : plainProgress(console.stderr);
}
