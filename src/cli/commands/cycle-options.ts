import type { CycleOptions } from "../../engine/sluice-project.ts";
import type { CommandContext } from "./command-handler.ts";

/** The options of every command that looks at the sources. */
export function cycleOptions({ input, progress, signal }: CommandContext): CycleOptions {
  return {
    ...(input.now === null ? {} : { now: input.now }),
    onProbe: (probed) => progress.probe(probed),
    signal,
  };
}
