import { z } from "zod";
import { shortHash } from "../../core/std/hash.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import type { RunReport, TaskReport } from "../../engine/sluice-project.ts";
import { printable, printableLines } from "../text/printable.ts";
import { formatAgo, formatCount, formatCounted, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { type Cell, renderTable, type TableColumn } from "../text/table.ts";
import { wrapUnder } from "../text/wrap.ts";
import { reasonWords } from "./reason-words.ts";
import { renderDegraded } from "./render-degraded.ts";
import { renderRevisions } from "./render-revisions.ts";
import { statusPaint, statusSign } from "./status-words.ts";

/** Beyond so many tasks, those of which there is nothing to say are only counted. */
const tasksMax = 50;

const columns: readonly TableColumn[] = [
  { title: "" },
  { title: "TASK", shrinkTo: 16 },
  { title: "STATUS" },
  { title: "ROWS", align: "right" },
  { title: "TIME", align: "right" },
  { title: "", shrinkTo: 12 },
];

/**
 * A run for people: its tasks, the failures in their own words, and a summary.
 * @param isFull also the tasks that were bypassed, and all tasks however many
 */
export function renderRun(report: RunReport, style: Style, isFull: boolean): readonly string[] {
  const { run } = report;
  const ran = run.tasks.filter((task) => task.status !== "bypassed");
  const isFolded = !isFull && ran.length > tasksMax;
  const shown = isFull ? run.tasks : isFolded ? ran.filter(isNotable) : ran;
  const paintTitle = style.colors.dim;
  const table = renderTable(
    columns,
    shown.map((task) => taskRow(task, style)),
    { width: style.width, paintTitle },
  );
  const hidden = ran.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : [...table, ""]),
    ...(isFolded ? [`${formatCount(hidden)} more succeeded; \`sluice show\` lists them.`, ""] : []),
    ...run.tasks
      .filter(({ status }) => status === "failed")
      .flatMap((task) => failure(task, style)),
    ...renderRevisions(run, style),
    ...(run.degraded.length === 0 ? [] : [...renderDegraded(run.degraded, style), ""]),
    ...summary(report, style),
  ];
}

function isNotable(task: TaskReport): boolean {
  return task.status !== "succeeded" || task.attempts > 1 || findings(task).length > 0;
}

function taskRow(task: TaskReport, style: Style): readonly (Cell | string)[] {
  const paint = statusPaint(task.status, style.colors);
  return [
    { text: statusSign(task.status), paint },
    task.id,
    { text: task.status, paint },
    task.rows === undefined ? "" : formatCount(task.rows),
    task.startedAt === undefined || task.finishedAt === undefined
      ? ""
      : formatDurationMs(task.finishedAt - task.startedAt),
    remarks(task),
  ];
}

function remarks(task: TaskReport): string {
  const parts = task.detail?.["parts"];
  const reason = reasonRemark(task);
  return [
    ...(reason === "" ? [] : [reason]),
    ...(task.reusedFrom === undefined ? [] : [`done by ${printable(task.reusedFrom)}`]),
    ...(task.attempts > 1 ? [`${task.attempts} attempts`] : []),
    ...(typeof parts === "number" && parts > 1 ? [`in ${parts} parts`] : []),
    ...findings(task),
  ].join(", ");
}

/** What somebody should know of a task although it succeeded. */
function findings(task: TaskReport): readonly string[] {
  const toQuarantine = quarantined(task);
  return [
    ...(toQuarantine > 0 ? [`${formatCounted(toQuarantine, "row")} to quarantine`] : []),
    ...(task.detail?.["isDegraded"] === true ? ["degraded"] : []),
    ...failedWarnings(task),
  ];
}

/** Conditions that are only watched, and did not hold. A load measures them too; one word is enough. */
function failedWarnings(task: TaskReport): readonly string[] {
  const { measurements, rowsStaged } = task.detail ?? {};
  if (rowsStaged !== undefined || !Array.isArray(measurements)) return [];
  return measurements.flatMap((measurement: unknown): readonly string[] => {
    const failed = watchedFailure.safeParse(measurement);
    if (!failed.success) return [];
    const { gate, failing } = failed.data;
    return [`${formatCounted(failing, "row")} ${failing === 1 ? "fails" : "fail"} ${gate}`];
  });
}

const watchedFailure = z.object({
  gate: z.string(),
  failing: z.number().positive(),
  onFail: z.literal("warn"),
});

/** Why a task did not run or failed, short enough for a table: a failure's words stand below it. */
function reasonRemark({ status, reason, message }: TaskReport): string {
  if (reason === undefined) return message ?? "";
  if (message === undefined || status === "failed") return reasonWords(reason);
  if (status === "skipped") return message;
  return message.startsWith("by ")
    ? `${reason === "upstream" ? "held back" : status} ${message}`
    : `${reasonWords(reason)}: ${message}`;
}

function quarantined(task: TaskReport): number {
  const rows = task.detail?.["rowsQuarantined"];
  return typeof rows === "number" ? rows : 0;
}

function failure(task: TaskReport, style: Style): readonly string[] {
  const head = `${style.colors.red("failed")} ${printable(task.id)}: ${task.reason ?? ""}`;
  const words = printableLines(task.message ?? "").flatMap((line) =>
    wrapUnder("  ", line, style.width),
  );
  return [head, ...words, ""];
}

function summary({ run }: RunReport, { colors, now, width }: Style): readonly string[] {
  const counts = new Map<string, number>();
  for (const { status } of run.tasks) counts.set(status, (counts.get(status) ?? 0) + 1);
  const isIdle = run.status === "succeeded" && counts.get("bypassed") === run.tasks.length;
  const missing = missingSources(run.tasks);
  const text = [...counts].map(([status, count]) => `${formatCount(count)} ${status}`).join(", ");
  const took =
    run.finishedAt === null
      ? `, started ${formatAgo(run.startedAt, now)}`
      : ` in ${formatDurationMs(run.finishedAt - run.startedAt)}`;
  const id = printable(run.id);
  return [
    ...(isIdle ? [idleText(run.tasks)] : []),
    ...(missing.size === 0 ? [] : [...missingText(missing, width)]),
    `${colors.bold(statusPaint(run.status, colors)(`Run ${id} ${statusText(run.status)}`))}${took}: ${text}`,
    `Started ${formatInstant(run.startedAt)}, blueprint ${shortHash(run.blueprint)}`,
    ...nextStep(run),
  ];
}

/** Bypasses that leave the data as it should be: it is current, or nobody wants it otherwise. */
const contentReasons: ReadonlySet<string> = new Set([
  "up_to_date",
  "rule",
  "not_demanded",
  "override",
  "frozen",
]);

function idleText(tasks: readonly TaskReport[]): string {
  const isContent = tasks.every(({ reason = "" }) => contentReasons.has(reason));
  return isContent ? "Everything is up to date: nothing was run." : "Nothing could be run.";
}

/** Subjects, not tasks, with why: a source is missing as a whole. */
function missingSources(tasks: readonly TaskReport[]): ReadonlyMap<string, string | undefined> {
  const missing = tasks.filter(({ reason }) => reason === "source_missing");
  return new Map(missing.map(({ id, message }) => [id.slice(0, id.lastIndexOf(".")), message]));
}

function missingText(
  missing: ReadonlyMap<string, string | undefined>,
  width: number,
): readonly string[] {
  const sources = [...missing.keys()];
  const [first = "", ...rest] = sources;
  const named = [first, ...rest.slice(0, 4)].map(printable).join(", ");
  const more = rest.length > 4 ? ` and ${formatCount(rest.length - 4)} more` : "";
  const verb = sources.length === 1 ? "is" : "are";
  const why = missing.get(first);
  return [
    `Not there or not reached: ${named}${more} ${verb} left as ${sources.length === 1 ? "it was" : "they were"}; \`sluice why ${printable(first)}.load\` tells more.`,
    ...(why === undefined ? [] : wrapUnder("  ", printable(`${first}: ${why}`), width)),
  ];
}

function statusText(status: RunReport["run"]["status"]): string {
  return status === "running" ? "is running, or its process ended without a word" : status;
}

function nextStep(run: RunReport["run"]): readonly string[] {
  const failed = run.tasks.find(({ status }) => status === "failed");
  if (failed !== undefined) {
    return [`\`sluice why ${printable(failed.id)} --run latest\` tells more.`];
  }
  if (run.status === "running") return ["`sluice run --resume` goes on where it stopped."];
  return run.status === "cancelled" ? ["`sluice run` does what is left."] : [];
}
