import type { RunStatus, TaskStatus } from "../../core/run/run-event.ts";
import type { Colors } from "../text/style.ts";

const signs: Readonly<Record<TaskStatus, string>> = {
  waiting: ".",
  ready: ".",
  running: ">",
  retrying: "~",
  bypassed: "=",
  skipped: "-",
  succeeded: "+",
  failed: "x",
  cancelled: "-",
};

/** A sign for a task's status, so that colour is never alone. */
export function statusSign(status: TaskStatus): string {
  return signs[status];
}

/** The colour of a task's or run's status. */
export function statusPaint(
  status: TaskStatus | RunStatus,
  colors: Colors,
): (text: string) => string {
  switch (status) {
    case "succeeded":
      return colors.green;
    case "failed":
      return colors.red;
    case "running":
    case "retrying":
      return colors.cyan;
    case "skipped":
    case "cancelled":
      return colors.yellow;
    case "bypassed":
    case "waiting":
    case "ready":
      return colors.dim;
  }
}
