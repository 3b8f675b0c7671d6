import { join } from "node:path";
import { openProject, type RunEvent, type RunReport, type SluiceProject } from "../../src/index.ts";
import { tableSums } from "./table-sums.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeFiles } from "./write-files.ts";

/** A project in a folder of its own, whose cycles are days of November 2026. */
export interface SafeguardScene extends Disposable {
  readonly folder: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  /** Runs the cycle of a day. */
  run(day: number, hooks?: RunHooks): Promise<Ran>;
  /** Works on the opened project, at a day. */
  at<T>(day: number, work: (project: SluiceProject, now: number) => Promise<T>): Promise<T>;
  /** Rows and sum of a table. */
  sum(table: string): Promise<string | undefined>;
}

/** What happens while a run goes on. */
interface RunHooks {
  /** After it was decided, before anything runs. */
  readonly onPlan?: () => void;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface Ran {
  readonly run: RunReport["run"];
  readonly events: readonly RunEvent[];
  /** A task's status, with the reason where there is one. */
  ended(task: string): string;
  /** What is degraded, with the reason. */
  readonly degraded: Readonly<Record<string, string>>;
}

const dayMs = 86_400_000;

/** The instant of a day. */
function noonOf(day: number): number {
  return Date.UTC(2026, 10, 1, 12) + (day - 1) * dayMs;
}

/** Writes a project with these rules and files. */
export function safeguardScene(
  files: Readonly<Record<string, string | Uint8Array>>,
): SafeguardScene {
  const folder = temporaryFolder();
  writeFiles(folder.path, { "sluice.yaml": settings, ...files });
  return {
    folder: folder.path,
    write: (more) => writeFiles(folder.path, more),
    async run(day, { onPlan, onEvent } = {}) {
      await using project = await openProject({ folder: folder.path });
      const events: RunEvent[] = [];
      const { run } = await project.run({
        now: noonOf(day),
        onPlan: () => onPlan?.(),
        onEvent: (event) => {
          events.push(event);
          onEvent?.(event);
        },
      });
      return ranOf(run, events);
    },
    async at(day, work) {
      await using project = await openProject({ folder: folder.path });
      return await work(project, noonOf(day));
    },
    sum: async (table) => (await tableSums(join(folder.path, "warehouse.duckdb")))[table],
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const settings = `project: guarded
defaults:
  retry: { attempts: 1, backoff: 20ms }
`;

function ranOf(run: RunReport["run"], events: readonly RunEvent[]): Ran {
  return {
    run,
    events,
    ended(id) {
      const task = run.tasks.find((one) => one.id === id);
      return task === undefined ? "is not there" : [task.status, task.reason].join(" ").trim();
    },
    degraded: Object.fromEntries(run.degraded.map(({ subject, because }) => [subject, because])),
  };
}

/** A rule set with one rule for all sources, or models, of a name. */
export function ruleFor(kind: "source" | "model", name: string, effects: string): string {
  return `ruleset: guards
description: What protects ${name}.
owner: data
rules:
  - id: guard
    description: Protects ${name}.
    for: ${kind}
    when: ${kind}.name == "${name}"
    then:
${effects
  .split("\n")
  .map((line) => `      ${line}`)
  .join("\n")}
`;
}
