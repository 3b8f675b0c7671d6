import type { LoadedProject } from "./load-project.ts";
import type { CheckReport } from "./sluice-project.ts";

/** What is wrong with a project's files, and how much there is of it. */
export function checkReport({ problems, counts, texts }: LoadedProject): CheckReport {
  return { problems, counts, texts };
}
