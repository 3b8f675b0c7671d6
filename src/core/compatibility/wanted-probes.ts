import type { QueryLineage } from "../lineage/query-lineage.ts";
import { compareText } from "../std/compare.ts";
import { unreachable } from "../std/unreachable.ts";
import type { ReachingChange, Verdict } from "./assessment.ts";
import { type ColumnEdge, edgesOf, isSameName } from "./column-edges.ts";
import type { Probe } from "./evidence.ts";
import { probeId } from "./probe-answers.ts";
import { classOf, isWorse, verdictTable } from "./verdict-table.ts";

/** A probe with the table whose staged batch can answer it. */
export interface WantedProbe {
  /** As `schema.table`: a source's own table. */
  readonly table: string;
  readonly probe: Probe;
}

/** What a model makes of changes, as far as it tells which questions to rows are worth asking. */
export interface ProbeQuestion {
  readonly lineage: QueryLineage | null;
  readonly reaching: readonly ReachingChange[];
  readonly renameThreshold: number;
}

/**
 * The probes whose answers can make the assessment of a model better, by table in the order of
 * their ids, each once. Only questions that a batch can answer: about the source's column that a
 * change began with, under the name that it has in the batch.
 */
export function wantedProbes(question: ProbeQuestion): ReadonlyMap<string, readonly Probe[]> {
  const wanted = new Map<string, Map<string, Probe>>();
  for (const reaching of question.reaching) {
    for (const edge of edgesOf(question.lineage, reaching)) {
      for (const { table, probe } of probesOf(question, reaching, edge)) {
        const probes = wanted.get(table) ?? new Map<string, Probe>();
        wanted.set(table, probes.set(probeId(probe), probe));
      }
    }
  }
  return new Map(
    [...wanted]
      .toSorted(([left], [right]) => compareText(left, right))
      .map(([table, probes]) => [
        table,
        [...probes]
          .toSorted(([left], [right]) => compareText(left, right))
          .map(([, probe]) => probe),
      ]),
  );
}

/** The probes that bear on one use; any that finds nothing is evidence in its favour. */
export function probesOf(
  question: ProbeQuestion,
  reaching: ReachingChange,
  edge: ColumnEdge,
): readonly WantedProbe[] {
  const { origin } = reaching;
  if (origin === null || reaching.isTainted || reaching.affects !== "column") return [];
  const verdict = verdictTable[classOf(reaching, question.renameThreshold)][edge.role];
  const own = isWorthAsking(reaching, edge, verdict) ? ownProbe(reaching, edge) : null;
  const match = edge.role === "join" ? matchProbe(question.lineage, reaching) : null;
  return [own, match]
    .filter((probe) => probe !== null)
    .map((probe) => ({ table: origin.table, probe }));
}

/** A clean answer must be able to change something, here or for readers that the values are handed to. */
function isWorthAsking({ change }: ReachingChange, edge: ColumnEdge, verdict: Verdict): boolean {
  return change.kind === "values" || edge.role === "identity" || isWorse(verdict, "drift");
}

/** The probe of what changed itself, whichever way it is used; `null` where rows cannot tell. */
function ownProbe({ change, origin }: ReachingChange, edge: ColumnEdge): Probe | null {
  const column = origin?.columns[0];
  if (origin === null || column === undefined) return null;
  switch (change.kind) {
    case "key":
      return { kind: "duplicates", columns: origin.columns };
    case "narrowed":
      return { kind: "lossy_cast", column, to: change.after };
    case "widened":
      return change.isLossy ? { kind: "lossy_cast", column, to: change.before } : null;
    case "retyped":
      return { kind: "lossy_cast", column, to: change.before };
    case "nullability":
      return change.after ? { kind: "nulls", column } : null;
    case "values": {
      const known = new Set([...change.before, ...(edge.literals ?? [])]);
      return { kind: "new_members", column, known: [...known].sort(compareText) };
    }
    case "added":
    case "dropped":
    case "renamed":
    case "reordered":
    case "format":
    case "nested":
    case "replaced":
      return null;
    default:
      return unreachable(change);
  }
}

/**
 * Whether a join's keys still find their partners. The other side is the join column of the same
 * name in the one other table that has it, or the only other join column there is.
 */
function matchProbe(lineage: QueryLineage | null, reaching: ReachingChange): Probe | null {
  const { change, origin } = reaching;
  const column = origin?.columns[0];
  if (lineage === null || column === undefined) return null;
  if (change.kind !== "format" && change.kind !== "retyped") return null;
  const joined = lineage.uses.filter((use) => use.context === "join" && use.column !== "*");
  const others = joined.filter((use) => !isSameName(use.table, reaching.table));
  const named = others.filter((use) => isSameName(use.column, change.column));
  const partner =
    named.length === 1
      ? named[0]
      : named.length === 0 && others.length === 1 && joined.length === 2
        ? others[0]
        : undefined;
  if (partner === undefined) return null;
  return { kind: "unmatched", column, table: partner.table, otherColumn: partner.column };
}
