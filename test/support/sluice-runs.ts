import { expect } from "vitest";
import { z } from "zod";
import { type Ended, runSluice, type SluiceOptions } from "./sluice-process.ts";

const taskSchema = z.object({
  id: z.string(),
  status: z.string(),
  attempts: z.number(),
  rows: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const runSchema = z.object({
  run: z.object({ id: z.string(), status: z.string(), tasks: z.array(taskSchema) }),
});

/** What `sluice run --json` told, by task. */
export interface RanTasks {
  readonly id: string;
  readonly status: string;
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly tasks: ReadonlyMap<string, z.output<typeof taskSchema>>;
}

/** Reads the report of a run that has ended of its own accord. */
export function ranTasks({ exitCode, signal, stdout, stderr }: Ended): RanTasks {
  expect({ signal, stdout, stderr }).toMatchObject({
    signal: null,
    stdout: expect.stringMatching(/^\{/),
  });
  const { run } = runSchema.parse(JSON.parse(stdout));
  const tasks = new Map(run.tasks.map((task) => [task.id, task] as const));
  return { id: run.id, status: run.status, exitCode, stderr, tasks };
}

/** Runs a cycle of a project by the built command line, and reads its report. */
export async function runProject(folder: string, options: SluiceOptions = {}): Promise<RanTasks> {
  return ranTasks(await runSluice(["run", "--json", "--project", folder], options));
}

/** Reads the last run of a project, as `sluice show` tells it. */
export async function shownRun(folder: string): Promise<RanTasks> {
  return ranTasks(await runSluice(["show", "--json", "--project", folder]));
}

/** Says of each named task how it ended, and a failed one's code. */
export function endsOf(ran: RanTasks, ids: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ids.map((id) => {
      const task = ran.tasks.get(id);
      const reason = task?.reason === undefined ? "" : ` ${task.reason}`;
      return [id, task === undefined ? "is not there" : `${task.status}${reason}`];
    }),
  );
}
