import { catalogue } from "../errors/catalogue.ts";
import { type DrillInvariant, drillInvariants, type InvariantResult } from "./drill-report.ts";
import type { RunReport, TaskReport } from "./sluice-project.ts";

/** Rows and a sum over them, by table. */
export type TableSums = ReadonlyMap<string, { readonly rows: number; readonly sum: string }>;

/** What was seen of a project during one drill. */
export interface DrillSeen {
  /** What an undisturbed run makes of the same sources. */
  readonly calm: TableSums;
  /** What the warehouse holds after the next run. */
  readonly after: TableSums;
  /** The run that was struck, as far as one was written down. */
  readonly struck: RunReport | null;
  /** What the struck command said where no run was written down. */
  readonly words: string;
  /** Subjects that the fault concerns, and all that read them. */
  readonly concerned: ReadonlySet<string>;
  /** The exit code of the next run, with its words. */
  readonly next: { readonly exitCode: number | null; readonly words: string };
  readonly isReplayIdentical: boolean;
  /** What lies about that nobody will come back to. */
  readonly left: readonly string[];
}

/** Judges what was seen, by invariant. */
export function judgeDrill(seen: DrillSeen): readonly InvariantResult[] {
  const { calm, after, next, left } = seen;
  const wrong: Readonly<Record<DrillInvariant, readonly string[]>> = {
    no_row_lost: [...calm].flatMap(([table, { rows, sum }]) => {
      const has = after.get(table);
      if (has === undefined) return [`${table} is not there`];
      if (has.rows < rows) return [`${table} has ${has.rows} rows of ${rows}`];
      return has.rows === rows && has.sum !== sum ? [`${table} has other rows`] : [];
    }),
    no_row_doubled: [...after].flatMap(([table, { rows }]) => {
      const should = calm.get(table)?.rows ?? 0;
      return rows > should ? [`${table} has ${rows} rows instead of ${should}`] : [];
    }),
    others_finished: othersOf(seen),
    recovered:
      next.exitCode === 0 ? [] : [`the next run ended with ${next.exitCode}: ${next.words}`],
    explained: unexplained(seen),
    replay_identical: seen.isReplayIdentical ? [] : ["the decision is recomputed otherwise"],
    nothing_left: left,
  };
  return drillInvariants.map((name) => {
    const what = wrong[name];
    const detail = what.length === 0 ? null : what.slice(0, 5).join("; ");
    return { name, holds: what.length === 0, detail };
  });
}

/** Tasks of what has nothing to do with the fault and did not get to their end. */
function othersOf({ struck, concerned }: DrillSeen): readonly string[] {
  return (struck?.run.tasks ?? []).flatMap(({ id, status }) => {
    const isOther = !concerned.has(id.slice(0, id.lastIndexOf(".")));
    return isOther && !["succeeded", "bypassed"].includes(status) ? [`${id} ${status}`] : [];
  });
}

function unexplained({ struck, words }: DrillSeen): readonly string[] {
  const silent = (struck?.run.tasks ?? [])
    .filter(isUnexplained)
    .map(({ id }) => `${id} says nothing`);
  return /\bINTERNAL\b/.test(words) ? [...silent, words] : silent;
}

function isUnexplained({ status, reason, message }: TaskReport): boolean {
  if (status === "bypassed" || status === "skipped") return reason === undefined;
  if (status !== "failed") return false;
  const isKnown = reason !== undefined && reason in catalogue && reason !== "INTERNAL";
  return !isKnown || (message ?? "") === "";
}
