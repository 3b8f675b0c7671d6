import type { SchemaChange } from "../schema/schema-change.ts";
import { tableText } from "../schema/table-schema.ts";
import type { ReachingChange, Role, Verdict } from "./assessment.ts";
import { changeText, listText } from "./change-text.ts";
import { type ColumnEdge, hasStar, isSameName } from "./column-edges.ts";
import type { ProbeResult } from "./evidence.ts";
import type { ModelEvidence } from "./model-evidence.ts";
import { answerTo } from "./probe-answers.ts";
import { type ChangeClass, classOf, isWorse, verdictTable } from "./verdict-table.ts";
import { probesOf } from "./wanted-probes.ts";

/** What a change does to one use, and how that is known. */
export interface Judgement {
  readonly verdict: Verdict;
  /** How sure the analysis is, 0 to 1. */
  readonly confidence: number;
  readonly because: string;
}

/** A use with its judgement. */
export interface JudgedUse {
  readonly reaching: ReachingChange;
  readonly edge: ColumnEdge;
  readonly judgement: Judgement;
}

/** A verdict on its way, with what has been said for it. */
interface Opinion {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** One use of what a change reaches, as it is judged. */
interface Case {
  readonly evidence: ModelEvidence;
  readonly reaching: ReachingChange;
  readonly edge: ColumnEdge;
  readonly changeClass: ChangeClass;
}

/** The verdict of the table, then what the use itself absorbs, then evidence. */
export function judgeUse(
  evidence: ModelEvidence,
  reaching: ReachingChange,
  edge: ColumnEdge,
): Judgement {
  const changeClass = classOf(reaching, evidence.renameThreshold);
  const given: Case = { evidence, reaching, edge, changeClass };
  const start: Opinion = { verdict: verdictTable[changeClass][edge.role], reasons: [] };
  const { verdict, reasons } = [byMeaning, byBind, byProbes].reduce(
    (opinion, step) => step(given, opinion),
    start,
  );
  return {
    verdict,
    confidence: confidenceOf(given),
    because: [`${subjectText(reaching)}, and ${roleText[edge.role]}`, ...reasons].join("; "),
  };
}

function confidenceOf({ evidence, reaching, edge, changeClass }: Case): number {
  if (edge.role === "opaque" || evidence.lineage === null) return 0;
  const isWhole = evidence.lineage.unresolved.length === 0;
  // Which field of a nested column is read is not known.
  const isExact = reaching.change.kind !== "nested" || edge.role === "identity";
  const sure = isWhole && isExact ? 1 : 0.9;
  return changeClass === "renamed" && reaching.change.kind === "renamed"
    ? sure * reaching.change.confidence
    : sure;
}

/** What the use does to the change by what it is. */
function byMeaning(given: Case, opinion: Opinion): Opinion {
  const { changeClass, reaching, edge } = given;
  const { change } = reaching;
  if (changeClass === "members" && change.kind === "values") {
    return byLiterals(change, edge, opinion);
  }
  if (changeClass === "format" && isTyped(given)) {
    return better(opinion, "drift", "its type is not text, so that it is the same value as before");
  }
  if (changeClass === "added" && edge.role === "set" && hasOtherMove(given)) {
    return worse(opinion, "corrupts", "with what else moved, values come under other names");
  }
  if (changeClass === "added" && edge.role === "star" && couldJoinBy(given)) {
    return worse(opinion, "corrupts", "another table has that name too: NATURAL joins by it");
  }
  if (edge.role === "set" && !hasStar(given.evidence.lineage, reaching.table)) {
    if (changeClass === "dropped") return better(opinion, "breaks", "it is named there");
    if (changeClass === "renamed") return better(opinion, "rewritable", "it is named there");
  }
  if (edge.absorbs.includes("type")) {
    if (changeClass === "widened_exactly" || changeClass === "widened_lossily") {
      return better(opinion, "absorbed", "a CAST gives it its type on every way");
    }
    if (changeClass === "retyped") {
      return better(opinion, "drift", "a CAST gives it its type, as far as the values fit");
    }
  }
  if (edge.absorbs.includes("null")) {
    if (changeClass === "null_allowed" || changeClass === "tainted") {
      return better(opinion, "absorbed", "COALESCE takes a NULL on every way");
    }
  }
  return opinion;
}

/** A new member harms where a list of members was meant to be all of them. */
function byLiterals(
  change: Extract<SchemaChange, { kind: "values" }>,
  edge: ColumnEdge,
  opinion: Opinion,
): Opinion {
  const { role, literals, hasElse } = edge;
  const gained = change.after.filter((member) => !change.before.includes(member));
  const lost = change.before.filter((member) => !change.after.includes(member));
  if (gained.length === 0 && lost.length === 0) return { ...opinion, verdict: "safe" };
  const isCase = role === "conditional";
  const isCondition = role === "filter" || role === "having" || role === "qualify";
  if (!isCase && !isCondition && role !== "not_in") return opinion;
  const missed = gained.filter((member) => literals?.includes(member) !== true);
  if (isCase && missed.length > 0) {
    return hasElse
      ? { verdict: "drift", reasons: [`ELSE takes ${listText(missed)}`] }
      : { verdict: "corrupts", reasons: [`no branch takes ${listText(missed)}, and no ELSE`] };
  }
  if (missed.length > 0) {
    // One constant picks a member; several were meant to be the members.
    return literals !== null && literals.length > 1
      ? { verdict: "corrupts", reasons: [`the list does not name ${listText(missed)}`] }
      : opinion;
  }
  const gone = lost.filter((member) => literals === null || literals.includes(member));
  return gone.length > 0
    ? { verdict: "drift", reasons: [`nothing is ${listText(gone)} any more`] }
    : { verdict: "safe", reasons: ["every member is named"] };
}

const typed =
  /^(TIMESTAMP|DATE$|TIME|U?(TINY|SMALL|BIG|HUGE)INT$|U?INTEGER$|DOUBLE$|FLOAT$|DECIMAL)/i;

/** Whether the column holds something else than text, so that how it is written is its reader's matter. */
function isTyped({ evidence, reaching, edge }: Case): boolean {
  if (edge.role === "opaque") return false;
  const table = evidence.inputs.find((input) => isSameName(tableText(input.table), reaching.table));
  const column = table?.columns.find(({ name }) => isSameName(name, reaching.change.column));
  return column !== undefined && typed.test(column.type);
}

/** Whether columns of the table went, moved or took another name as well. */
function hasOtherMove({ evidence, reaching }: Case): boolean {
  return evidence.reaching.some(
    (other) =>
      isSameName(other.table, reaching.table) &&
      other.affects === "column" &&
      ["dropped", "renamed", "reordered", "replaced"].includes(other.change.kind),
  );
}

/** Where rows find each other, a query that can be made to bind again corrupts all the same. */
const keyRoles: ReadonlySet<Role> = new Set<Role>([
  "join",
  "not_in",
  "group",
  "distinct",
  "partition",
  "opaque",
]);

/** `*` with joins may be a NATURAL join, which takes every name that both sides have. */
function couldJoinBy({ evidence, reaching }: Case): boolean {
  const { lineage, inputs } = evidence;
  const { table, change } = reaching;
  const joined = lineage?.uses.filter((use) => use.context === "join") ?? [];
  if (!joined.some((use) => isSameName(use.table, table))) return false;
  const hasName = (name: string) =>
    inputs.some(
      (input) =>
        isSameName(tableText(input.table), name) &&
        input.columns.some((column) => isSameName(column.name, change.column)),
    ) ||
    evidence.reaching.some(
      (other) =>
        other.change.kind === "added" &&
        isSameName(other.table, name) &&
        isSameName(other.change.column, change.column),
    );
  return joined.some((use) => !isSameName(use.table, table) && hasName(use.table));
}

/** What the binder knows: that nothing fails loudly. What is silent it does not see. */
function byBind(given: Case, opinion: Opinion): Opinion {
  const { evidence, edge, changeClass, reaching } = given;
  const { bind } = evidence;
  if (bind === null) return opinion;
  if (!bind.ok) {
    return changeClass === "retyped" && !keyRoles.has(edge.role) && isBlamed(given, bind.message)
      ? better(opinion, "breaks", "it fails loudly")
      : opinion;
  }
  if (changeClass === "added") {
    if (edge.role === "opaque") {
      return givesTheSame(evidence)
        ? better(opinion, "drift", "it binds, and gives the same columns as before")
        : opinion;
    }
    return opinion.verdict === "breaks"
      ? better(opinion, "drift", "it binds all the same")
      : opinion;
  }
  if (changeClass === "nested_dropped") return better(opinion, "drift", "it binds without it");
  if (changeClass !== "dropped" && changeClass !== "renamed") return opinion;
  const isUnderStar = hasStar(evidence.lineage, reaching.table);
  if (edge.role === "opaque" || edge.role === "star") return opinion;
  if (edge.role === "set" && isUnderStar) return opinion;
  return isUnderStar && (edge.role === "identity" || edge.role === "distinct")
    ? { verdict: "drift", reasons: ["it binds, because `*` does not name it"] }
    : {
        verdict: "corrupts",
        reasons: ["it binds all the same, so that the name means another column now"],
      };
}

/** Whether the binder's complaint is about this change: it names the column, or no other can be meant. */
function isBlamed({ evidence, reaching }: Case, message: string): boolean {
  if (namesColumn(message, reaching.change.column)) {
    return !evidence.reaching.some(
      ({ change }) =>
        change.kind === "renamed" && isSameName(change.column, reaching.change.column),
    );
  }
  const others = evidence.reaching.filter(({ change }) => change.kind !== "added");
  return others.length === 1;
}

/** Whether a message of the binder speaks of a column of this name. */
export function namesColumn(message: string, column: string): boolean {
  return message.toLowerCase().includes(`"${column.toLowerCase()}"`);
}

function givesTheSame({ bind, outputs }: ModelEvidence): boolean {
  if (bind === null || !bind.ok || outputs === null) return false;
  const { columns } = bind;
  return (
    columns.length === outputs.length &&
    columns.every(({ name, type }, index) => {
      const before = outputs[index];
      return before !== undefined && isSameName(before.name, name) && before.type === type;
    })
  );
}

/** Rows turn a suspicion into knowledge, when all that was to be asked was asked and nothing found. */
function byProbes({ evidence, reaching, edge, changeClass }: Case, opinion: Opinion): Opinion {
  if (edge.role === "opaque") return opinion;
  const answers = probesOf(evidence, reaching, edge).map(({ table, probe }) =>
    answerTo(evidence.probes, table, probe),
  );
  const found = answers.filter((answer) => answer !== null && answer.hits > 0);
  if (found.length > 0) {
    return {
      ...opinion,
      reasons: [...opinion.reasons, ...found.map((answer) => foundText(answer))],
    };
  }
  const clean = answers.filter((answer) => answer !== null && answer.rows > 0);
  const first = clean[0];
  if (first === undefined || first === null || clean.length < answers.length) return opinion;
  const reason = `none of ${first.rows} staged rows ${hitText[first.probe.kind]}`;
  if (changeClass !== "retyped") return better(opinion, "drift", reason);
  return better(opinion, edge.absorbs.includes("type") ? "absorbed" : "rewritable", reason);
}

const hitText: Readonly<Record<ProbeResult["probe"]["kind"], string>> = {
  lossy_cast: "would be changed by a cast",
  nulls: "are NULL",
  new_members: "have a new member",
  duplicates: "share a key",
  unmatched: "find no partner",
};

function foundText(answer: ProbeResult | null): string {
  if (answer === null) return "";
  const { hits, rows, examples, probe } = answer;
  const shown = examples.length > 0 ? ` (such as ${listText(examples.slice(0, 3))})` : "";
  return `${hits} of ${rows} staged rows ${hitText[probe.kind]}${shown}`;
}

function better(opinion: Opinion, verdict: Verdict, reason: string): Opinion {
  return isWorse(opinion.verdict, verdict)
    ? { verdict, reasons: [...opinion.reasons, reason] }
    : opinion;
}

function worse(opinion: Opinion, verdict: Verdict, reason: string): Opinion {
  return isWorse(verdict, opinion.verdict)
    ? { verdict, reasons: [...opinion.reasons, reason] }
    : opinion;
}

function subjectText({ change, affects, isTainted }: ReachingChange): string {
  if (affects === "rows") return "which rows there are may change";
  if (isTainted) return `the values of \`${change.column}\` are not what they were`;
  if (affects === "values") return `the values of \`${change.column}\` may change`;
  return changeText(change);
}

/** What a model does with it, as the end of a sentence. */
const roleText: Readonly<Record<ColumnEdge["role"], string>> = {
  identity: "it is handed on",
  transformation: "an expression is made from it",
  aggregation: "it is aggregated",
  join: "rows are joined by it",
  filter: "rows are filtered by it",
  not_in: "NOT IN looks at it",
  group: "rows are grouped by it",
  distinct: "DISTINCT compares it",
  having: "groups are filtered by it",
  qualify: "QUALIFY filters by it",
  window: "a window function reads it",
  partition: "a window is divided by it",
  order: "rows are ordered by it",
  conditional: "a condition decides by it",
  set: "a UNION takes it by its place",
  star: "`*` takes whatever there is",
  named: "the text names it, and nothing comes of its values",
  opaque: "what the query does with it is not known",
};
