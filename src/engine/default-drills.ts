import type { Project } from "../core/project/project.ts";
import type { DrillFault } from "../core/scenarios/drill-form.ts";
import { compareText } from "../core/std/compare.ts";

/** Sources whose files are struck where no scenario says which. */
const sourcesMax = 3;

/** Faults that fit a project: kills, and files of those sources that the most models read. */
export function defaultDrills(project: Project): readonly DrillFault[] {
  const files = new Set(
    project.connections.filter(({ connector }) => connector === "file").map(({ name }) => name),
  );
  const weight = (source: string) => concernedBy(project, [source]).size;
  const sources = project.sources
    .filter(({ connection }) => files.has(connection))
    .map(({ name }) => name)
    .sort((left, right) => weight(right) - weight(left) || compareText(left, right))
    .slice(0, sourcesMax);
  return [
    { kill: { times: 3 } },
    ...sources.flatMap((source): readonly DrillFault[] => [
      { truncate: { source, share: 0.5, when: "before" } },
      { truncate: { source, share: 0.5, when: "load" } },
      { late: { source, when: "before" } },
    ]),
    ...sources
      .slice(0, 1)
      .map((source): DrillFault => ({ unreadable: { source, when: "extract" } })),
  ];
}

/** Subjects, and all models that read them, directly or not. */
export function concernedBy(project: Project, subjects: readonly string[]): ReadonlySet<string> {
  const concerned = new Set(subjects);
  for (let size = -1; size !== concerned.size; ) {
    size = concerned.size;
    for (const { name, inputs } of project.models) {
      if (inputs.some(({ subject }) => concerned.has(subject))) concerned.add(name);
    }
  }
  return concerned;
}
