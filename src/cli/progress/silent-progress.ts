import type { Output } from "../output.ts";
import type { ProgressView } from "./progress-view.ts";

/** Shows nothing but notes: for programs that read the answer. */
export function silentProgress(output: Output): ProgressView {
  const nothing = () => undefined;
  return {
    probe: nothing,
    plan: nothing,
    event: nothing,
    note: (text) => output.write(text),
    close: nothing,
  };
}
