import type { SchemaChange } from "../schema/schema-change.ts";
import type { Column } from "../schema/table-schema.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import { unreachable } from "../std/unreachable.ts";
import type { ReachingChange, Stop } from "./assessment.ts";
import { hasStar, isSameName } from "./column-edges.ts";
import type { JudgedUse } from "./judge-use.ts";
import type { ModelEvidence } from "./model-evidence.ts";
import { isWorse } from "./verdict-table.ts";

/** Where the changes that reach a model end, and what goes on to its readers. */
export interface Propagation {
  readonly stops: readonly Stop[];
  readonly derived: readonly ReachingChange[];
}

/** What one change becomes: what goes on, or the proof that nothing does. */
type Passage =
  | { readonly goesOn: true; readonly as: readonly ReachingChange[] }
  | { readonly goesOn: false; readonly because: string };

/**
 * The *derived* changes of a model: not its verdict, but what its own readers see. Handing on keeps
 * a change under the output's name; a cast ends a change of type, COALESCE a NULL; an aggregate
 * turns NULLs, members and formats into other values; what only decides about rows becomes a change
 * of rows; a column that is not used ends it.
 * @param uses Every use of every change of `evidence.reaching`.
 */
export function propagate(evidence: ModelEvidence, uses: readonly JudgedUse[]): Propagation {
  const stops: Stop[] = [];
  const derived = new Map<string, ReachingChange>();
  for (const reaching of evidence.reaching) {
    const own = uses.filter((use) => use.reaching === reaching);
    const passages = own.map((use) => passageOf(evidence, use));
    for (const passage of passages) {
      if (!passage.goesOn) continue;
      for (const change of passage.as) derived.set(canonicalJson(change), change);
    }
    if (passages.some(({ goesOn }) => goesOn)) continue;
    const proofs = passages.map((passage) => (passage.goesOn ? "" : passage.because));
    stops.push({
      table: reaching.table,
      column: reaching.change.column,
      source: reaching.source,
      change: reaching.change,
      because: [...new Set(proofs)].join(" ") || unusedText(reaching),
    });
  }
  return {
    stops,
    derived: [...derived]
      .toSorted(([left], [right]) => compareText(left, right))
      .map(([, change]) => change),
  };
}

function unusedText({ change }: ReachingChange): string {
  const isOfPosition = change.kind === "added" || change.kind === "reordered";
  return isOfPosition
    ? "The query names the columns that it reads, and writes no `*` here."
    : "The query does not read it.";
}

function passageOf(evidence: ModelEvidence, use: JudgedUse): Passage {
  const { reaching, edge, judgement } = use;
  const { role } = edge;
  if (role === "opaque") {
    if (judgement.verdict === "safe") return ends("It harms no use.");
    return isWorse(judgement.verdict, "drift")
      ? goesOn([unknownResult(evidence, reaching)])
      : goesOn([ofRows(evidence, reaching, false)]);
  }
  if (role === "star") return throughStar(evidence, reaching);
  if (role === "identity" || role === "transformation" || role === "aggregation") {
    return throughOutputs(evidence, use);
  }
  if (judgement.verdict === "safe") return ends(`It changes no row: ${judgement.because}.`);
  return goesOn([ofRows(evidence, reaching, judgement.verdict === "corrupts")]);
}

/** What `*` passes on beside the columns that lineage knows. */
function throughStar(evidence: ModelEvidence, reaching: ReachingChange): Passage {
  const { change, affects } = reaching;
  if (affects === "rows") return goesOn([ofRows(evidence, reaching, reaching.isTainted)]);
  if (affects !== "column") return ends("`*` hands it on by its name.");
  if (change.kind === "added") {
    if (isKnownToLack(evidence, change.column)) {
      return ends("`*` takes it in, and the result does not have it.");
    }
    const position = evidence.outputs?.length ?? change.position;
    return goesOn([derivedFrom(evidence, reaching, { ...change, position })]);
  }
  if (change.kind === "reordered" || change.kind === "replaced") {
    return goesOn([derivedFrom(evidence, reaching, change)]);
  }
  if (change.kind === "key") return goesOn([ofRows(evidence, reaching, false)]);
  // The outputs that `*` stands for hand it on.
  return ends("`*` hands it on by its name.");
}

/** Whether the result over the new shape is known to be without a column of this name. */
function isKnownToLack({ bind }: ModelEvidence, name: string): boolean {
  return bind?.ok === true && !bind.columns.some((column) => isSameName(column.name, name));
}

function throughOutputs(evidence: ModelEvidence, use: JudgedUse): Passage {
  const { reaching, edge, judgement } = use;
  const { change, affects, isTainted } = reaching;
  if (affects === "rows") return goesOn([ofRows(evidence, reaching, isTainted)]);
  if (change.kind === "replaced") return goesOn([derivedFrom(evidence, reaching, change)]);
  if (change.kind === "key") {
    if (judgement.verdict === "safe") return ends("No key was known before.");
    return goesOn([ofRows(evidence, reaching, judgement.verdict === "corrupts")]);
  }
  const passages = edge.outputs.map((output) =>
    isTainted || affects === "values"
      ? goesOn([ofValues(evidence, reaching, { output, isTainted })])
      : changedOutput(evidence, use, output),
  );
  const on = passages.flatMap((passage) => (passage.goesOn ? passage.as : []));
  if (on.length > 0) return goesOn(on);
  const proof = passages.find((passage) => !passage.goesOn);
  return ends(
    proof?.goesOn === false ? proof.because : `Nothing is made of it: ${judgement.because}.`,
  );
}

/** One output that is made from the column itself. */
function changedOutput(evidence: ModelEvidence, use: JudgedUse, output: string): Passage {
  const { reaching, edge, judgement } = use;
  const { change } = reaching;
  const { role, absorbs } = edge;
  const isAsItIs = role === "identity";
  const values = () =>
    goesOn([ofValues(evidence, reaching, { output, isTainted: judgement.verdict === "corrupts" })]);
  switch (change.kind) {
    case "renamed":
      return throughName(evidence, use, output);
    case "dropped":
      return goesOn([derivedFrom(evidence, reaching, renamed(change, output))]);
    case "widened":
    case "narrowed":
    case "retyped":
      if (absorbs.includes("type") && change.kind === "widened") {
        return ends(`A CAST gives \`${output}\` its type on every way.`);
      }
      if (absorbs.includes("type")) return values();
      return isAsItIs
        ? goesOn([onTo(evidence, use, output)])
        : retypedOutput(evidence, use, output);
    case "nullability":
      if (!change.after) return ends("It is never NULL now.");
      if (absorbs.includes("null")) return ends(`COALESCE takes a NULL of \`${output}\`.`);
      return role === "aggregation" ? values() : goesOn([onTo(evidence, use, output)]);
    case "values":
      if (absorbs.includes("values")) {
        return ends(`A CASE with ELSE gives \`${output}\` on every way.`);
      }
      return isAsItIs ? goesOn([onTo(evidence, use, output)]) : values();
    case "format":
      return isAsItIs ? goesOn([onTo(evidence, use, output)]) : values();
    case "nested":
      if (isAsItIs) return goesOn([onTo(evidence, use, output)]);
      return judgement.verdict === "safe"
        ? ends("Another field of it is new; what reads a field by name does not see it.")
        : values();
    case "added":
    case "reordered":
    case "key":
    case "replaced":
      return ends("It is not of one column.");
    default:
      return unreachable(change);
  }
}

/** A name ends where the query writes one of its own. */
function throughName(evidence: ModelEvidence, use: JudgedUse, output: string): Passage {
  const { reaching, edge } = use;
  const { change } = reaching;
  const isByStar =
    edge.role === "identity" &&
    isSameName(output, change.column) &&
    hasStar(evidence.lineage, reaching.table);
  const isKept =
    evidence.bind?.ok === true &&
    evidence.bind.columns.some((column) => isSameName(column.name, output));
  return isByStar && !isKept
    ? goesOn([onTo(evidence, use, output)])
    : ends(`The query gives it the name \`${output}\` itself.`);
}

/** What an expression makes of another type: its own type is known once the query was bound. */
function retypedOutput(evidence: ModelEvidence, use: JudgedUse, output: string): Passage {
  const { reaching, judgement } = use;
  const before = typeOf(evidence.outputs, output);
  const after = evidence.bind?.ok === true ? typeOf(evidence.bind.columns, output) : null;
  const isCorrupt = judgement.verdict === "corrupts";
  if (before !== null && before === after) {
    return goesOn([ofValues(evidence, reaching, { output, isTainted: isCorrupt })]);
  }
  return goesOn([onTo(evidence, use, output)]);
}

function typeOf(columns: readonly Column[] | null, name: string): string | null {
  return columns?.find((column) => isSameName(column.name, name))?.type ?? null;
}

/** The change of a column, of the output that is made from it. */
function onTo(evidence: ModelEvidence, use: JudgedUse, output: string): ReachingChange {
  const { reaching, edge } = use;
  const { change } = reaching;
  const derived = derivedFrom(evidence, reaching, withOwnTypes(evidence, renamed(change, output)));
  // What was found in the column's values says nothing of what an expression makes of them.
  return edge.role === "identity" ? derived : { ...derived, origin: null };
}

/** With the types that the output itself had and has, where both are known. */
function withOwnTypes({ outputs, bind }: ModelEvidence, change: SchemaChange): SchemaChange {
  if (change.kind !== "widened" && change.kind !== "narrowed" && change.kind !== "retyped") {
    return change;
  }
  const before = typeOf(outputs, change.column);
  const after = bind?.ok === true ? typeOf(bind.columns, change.column) : null;
  return before === null || after === null ? change : { ...change, before, after };
}

/** Of a query that is not understood nothing can be said: its readers read another table, for all we know. */
function unknownResult({ table }: ModelEvidence, { source }: ReachingChange): ReachingChange {
  return {
    table,
    source,
    change: { kind: "replaced", column: "" },
    affects: "column",
    isTainted: false,
    origin: null,
  };
}

function derivedFrom(
  { table }: ModelEvidence,
  reaching: ReachingChange,
  change: SchemaChange,
): ReachingChange {
  return { ...reaching, table, change };
}

function ofRows(
  { table }: ModelEvidence,
  { source, change, isTainted }: ReachingChange,
  isCorrupt: boolean,
): ReachingChange {
  return {
    table,
    source,
    change: ofTable(change),
    affects: "rows",
    isTainted: isTainted || isCorrupt,
    origin: null,
  };
}

function ofValues(
  { table }: ModelEvidence,
  { source, change }: ReachingChange,
  { output, isTainted }: { readonly output: string; readonly isTainted: boolean },
): ReachingChange {
  return {
    table,
    source,
    change: renamed(change, output),
    affects: "values",
    isTainted,
    origin: null,
  };
}

/** The change under an output's name; of outputs that are known as `*` alone each keeps its own. */
function renamed(change: SchemaChange, output: string): SchemaChange {
  if (change.kind === "replaced" || change.kind === "key" || output === "*") return change;
  return { ...change, column: output };
}

function ofTable(change: SchemaChange): SchemaChange {
  return change.kind === "replaced" || change.kind === "key" ? change : { ...change, column: "*" };
}

function goesOn(as: readonly ReachingChange[]): Passage {
  return { goesOn: true, as };
}

function ends(because: string): Passage {
  return { goesOn: false, because };
}
