import { present } from "../std/assert.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { Assessment, ReachingChange, Term, Verdict } from "./assessment.ts";
import { type ColumnEdge, edgesOf, isSameName } from "./column-edges.ts";
import type { EvidenceTier, SampleDifference } from "./evidence.ts";
import { type JudgedUse, judgeUse, namesColumn } from "./judge-use.ts";
import type { ModelEvidence } from "./model-evidence.ts";
import { answerTo } from "./probe-answers.ts";
import { propagate } from "./propagate.ts";
import { classOf, harmOf, isWorse, worstOf, worstVerdict } from "./verdict-table.ts";
import { wantedProbes } from "./wanted-probes.ts";

/**
 * What the changes that reach a model mean for it: the worst verdict over all its uses as gate, a
 * score in which risks add up, and what goes on to its readers. The order of what is given changes
 * nothing. A further change, or less evidence in its favour, never makes it better.
 */
export function assessModel(given: ModelEvidence): Assessment {
  const evidence: ModelEvidence = { ...given, reaching: distinct(given.reaching) };
  const uses = evidence.reaching.flatMap((reaching) =>
    edgesOf(evidence.lineage, reaching).map((edge) => ({
      reaching,
      edge,
      judgement: judgeUse(evidence, reaching, edge),
    })),
  );
  const terms = [
    ...withBindFailure(
      evidence,
      onceEach(uses).map((use) => termOf(evidence, use)),
    ),
  ];
  terms.sort(worstFirst);
  const { stops, derived } = propagate(evidence, uses);
  return {
    model: evidence.model,
    gate: worstVerdict(terms.map(({ verdict }) => verdict)),
    // Four digits are more than the risks are known to.
    score: rounded(terms.reduce((score, { risk }) => score * (1 - risk), 1)),
    evidence: tierOf(evidence),
    terms,
    stops,
    derived,
  };
}

/** In an order of their own, each once. */
function distinct(reaching: readonly ReachingChange[]): readonly ReachingChange[] {
  const byText = new Map(reaching.map((one) => [canonicalJson(one), one] as const));
  return [...byText].toSorted(([left], [right]) => compareText(left, right)).map(([, one]) => one);
}

/** A query fails once, and is rewritten once, however often it names a column. */
function onceEach(uses: readonly JudgedUse[]): readonly JudgedUse[] {
  const seen = new Set<string>();
  return uses.filter(({ reaching, judgement }) => {
    if (judgement.verdict !== "breaks" && judgement.verdict !== "rewritable") return true;
    const id = canonicalJson([reaching, judgement.verdict]);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function termOf(evidence: ModelEvidence, { reaching, edge, judgement }: JudgedUse): Term {
  const { verdict, confidence, because } = judgement;
  const { lineage, sample, renameThreshold } = evidence;
  const reach = reachOf(edge, verdict, lineage?.columns.length ?? 0);
  const known = harmOf[verdict] * reach * sampleFactor(verdict, sample);
  const changeClass = classOf(reaching, renameThreshold);
  const unknown = Math.max(harmOf[worstOf(changeClass)], harmOf[verdict]);
  return {
    table: reaching.table,
    column: reaching.change.column,
    source: reaching.source,
    change: reaching.change,
    role: edge.role,
    verdict,
    risk: confidence * known + (1 - confidence) * unknown,
    reach,
    confidence,
    because,
  };
}

/** What decides about rows, or whether the query works at all, concerns all of its columns. */
function reachOf(edge: ColumnEdge, verdict: Verdict, outputs: number): number {
  const isValue = edge.outputs.length > 0 && !isWorse(verdict, "drift");
  return isValue ? Math.min(1, edge.outputs.length / Math.max(1, outputs)) : 1;
}

/** A comparison of results says how much of a drift is there; nothing of what is worse than that. */
function sampleFactor(verdict: Verdict, sample: SampleDifference | null): number {
  if (sample === null || isWorse(verdict, "drift")) return 1;
  const rows = sample.rowsBefore + sample.rowsAfter;
  return rows === 0 ? 1 : 0.2 + 0.8 * Math.min(1, sample.rowsDiffering / rows);
}

/**
 * A query that does not bind is broken, whatever lineage says; unless all that the binder misses is
 * a name that can be rewritten.
 */
function withBindFailure(evidence: ModelEvidence, terms: readonly Term[]): readonly Term[] {
  const { bind, reaching } = evidence;
  if (bind === null || bind.ok || reaching.length === 0) return terms;
  const { message } = bind;
  const named = terms.filter(({ column }) => namesColumn(message, column));
  if (named.some(({ verdict }) => verdict === "rewritable")) return terms;
  const broken = [...named, ...terms].find(({ verdict }) => verdict === "breaks");
  if (broken !== undefined) {
    return terms.map((term) =>
      term === broken ? { ...term, because: `${term.because}; the binder says: ${message}` } : term,
    );
  }
  const blamed =
    reaching.find(({ change }) => namesColumn(message, change.column)) ??
    reaching.find((one) => isOf(one, [...terms].sort(worstFirst)[0])) ??
    present(reaching[0], "there is a change");
  const verdict = "breaks";
  return [
    ...terms,
    {
      table: blamed.table,
      column: blamed.change.column,
      source: blamed.source,
      change: blamed.change,
      role: "opaque",
      verdict,
      risk: harmOf[verdict],
      reach: 1,
      confidence: 1,
      because: `The query does not bind to the new shape: ${message}`,
    },
  ];
}

function isOf(reaching: ReachingChange, term: Term | undefined): boolean {
  return (
    term !== undefined && isSameName(reaching.table, term.table) && reaching.change === term.change
  );
}

/** Evidence counts as far as there is no gap below it. */
function tierOf(evidence: ModelEvidence): EvidenceTier {
  const { bind, probes, sample } = evidence;
  if (bind === null) return 0;
  const isProbed =
    probes !== null &&
    [...wantedProbes(evidence)].every(([table, wanted]) =>
      wanted.every((probe) => answerTo(probes, table, probe) !== null),
    );
  if (!isProbed) return 1;
  return sample !== null && sample.rowsBefore + sample.rowsAfter > 0 ? 3 : 2;
}

function worstFirst(left: Term, right: Term): number {
  if (left.verdict !== right.verdict) return isWorse(left.verdict, right.verdict) ? -1 : 1;
  if (left.risk !== right.risk) return right.risk - left.risk;
  return compareText(canonicalJson(left), canonicalJson(right));
}

function rounded(score: number): number {
  return Math.round(score * 10_000) / 10_000;
}
