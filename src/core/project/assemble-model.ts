import { compareText } from "../std/compare.ts";
import type { Gate } from "./check.ts";
import { listNames, nameFix } from "./did-you-mean.ts";
import { findReference } from "./find-reference.ts";
import { gateList, tagList } from "./parse-attributes.ts";
import type { ModelDraft } from "./parse-model.ts";
import type { Location, Problem } from "./problem.ts";
import type { BypassPolicy, ModelInput, ModelSpec } from "./project.ts";
import type { SqlAnalysis, SqlFault, TableReference } from "./sql-analysis.ts";
import { faultMessage, faultSpan, placedFaultFix } from "./sql-fault.ts";
import { type SqlToken, scanSql } from "./sql-scanner.ts";
import type { SubjectDefaults } from "./subject-defaults.ts";
import { resolveReference, type SubjectNames } from "./subject-names.ts";

/** What a model needs to know of the rest of the project. */
export interface ModelSurroundings {
  readonly names: SubjectNames;
  readonly defaults: SubjectDefaults;
  /** The policy of an edge for which the model declares none. */
  readonly onBypass: BypassPolicy;
  /** The table of a subject, as `schema.name`. */
  readonly tableOf: (subject: string) => string;
}

/** One edge into a model, with the place in the SQL that makes it. */
export interface Edge {
  readonly subject: string;
  readonly location: Location;
}

export interface AssembledModel {
  /** `null` where its block or its SQL has problems. */
  readonly spec: ModelSpec | null;
  readonly edges: readonly Edge[];
  /** Sources among its inputs that only discovery can bring. */
  readonly expected: readonly string[];
  readonly problems: readonly Problem[];
}

/** Resolves what one model reads, and gives it its final form. */
export function assembleModel(
  draft: ModelDraft,
  analysis: SqlAnalysis | undefined,
  surroundings: ModelSurroundings,
): AssembledModel {
  const nothing = { spec: null, edges: [], expected: [] };
  if (analysis === undefined || draft.sql === "") return { ...nothing, problems: [] };
  const tokens = scanSql(draft.sql);
  const hidden = hiddenInputs(draft, tokens);
  if (!analysis.ok) {
    // Where the parser refuses without a place, what we can point at is the more useful answer.
    const isPointed = analysis.offset === null && hidden.length > 0;
    return { ...nothing, problems: isPointed ? hidden : [sqlProblem(draft, analysis)] };
  }
  const resolved = resolveReads(draft, analysis.reads, tokens, surroundings.names);
  const problems = [...resolved.problems, ...hidden];
  const subjects = [...new Set(resolved.edges.map(({ subject }) => subject))].sort(compareText);
  const policies = bypassPolicies(draft, subjects, surroundings.onBypass);
  problems.push(...policies.problems);
  const gates = resolveGates(draft, surroundings);
  problems.push(...gates.problems);
  const { form } = draft;
  const { defaults } = surroundings;
  const spec: ModelSpec | null =
    form === null
      ? null
      : {
          name: draft.name,
          target: { schema: form.schema ?? "main", name: draft.name },
          materialize: form.materialize ?? defaults.materialize,
          sql: draft.sql,
          file: draft.source.file,
          code: analysis.code,
          parts: analysis.parts,
          inputs: policies.inputs,
          tier: form.tier ?? defaults.tier,
          owner: form.owner ?? defaults.owner,
          tags: tagList(form.tags ?? []),
          slaMs: form.sla ?? null,
          demand: form.demand ?? defaults.demand,
          optional: form.optional ?? false,
          gates: gates.gates,
        };
  return { spec, edges: resolved.edges, expected: resolved.expected, problems };
}

function sqlProblem({ source, sqlStart, sql, location }: ModelDraft, fault: SqlFault): Problem {
  const span = faultSpan(sql, fault);
  return {
    code: "sql-invalid",
    severity: "error",
    message: faultMessage(fault),
    location: span === null ? location : source.locate(sqlStart + span.start, sqlStart + span.end),
    fix:
      span === null
        ? "Write one SELECT that reads tables: `SELECT … FROM raw.<source>`."
        : placedFaultFix,
  };
}

interface ResolvedReads {
  readonly edges: readonly Edge[];
  readonly expected: readonly string[];
  readonly problems: readonly Problem[];
}

function resolveReads(
  draft: ModelDraft,
  reads: readonly TableReference[],
  tokens: readonly SqlToken[],
  names: SubjectNames,
): ResolvedReads {
  const edges: Edge[] = [];
  const expected: string[] = [];
  const problems: Problem[] = [];
  for (const read of reads) {
    const span = findReference(tokens, read);
    const { source, sqlStart } = draft;
    const location =
      span === null ? draft.location : source.locate(sqlStart + span.start, sqlStart + span.end);
    const found = resolveReference(read, names);
    if (found.kind === "subject") edges.push({ subject: found.name, location });
    if (found.kind === "wrong") {
      const { code, message, fix } = found;
      problems.push({ code, severity: "error", message, location, fix });
    }
    if (found.kind === "expected") {
      edges.push({ subject: found.name, location });
      expected.push(found.name);
      if (found.close !== null) {
        problems.push({
          code: "unknown-upstream",
          severity: "warning",
          message: `No source is declared as \`${found.name}\`; only discovery could bring it.`,
          location,
          fix: `Did you mean \`raw.${found.close}\`?`,
        });
      }
    }
  }
  return { edges, expected, problems };
}

const fileFunction =
  /^(read_\w+|parquet_\w+|sniff_csv|glob|\w+_scan|\w+_attach|query|query_table|st_read\w*)$/i;

/** Files, and table functions that read past Sluice: what they read can change without anyone noticing. */
function hiddenInputs(draft: ModelDraft, tokens: readonly SqlToken[]): readonly Problem[] {
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1]?.text.toLowerCase() ?? "";
    const isCall = token.kind === "word" && tokens[at + 1]?.text === "(";
    const isFunction = isCall && ["from", "join", ",", "("].includes(before);
    const isFile = token.kind === "text" && ["from", "join"].includes(before);
    if (!isFile && !(isFunction && fileFunction.test(token.text))) return [];
    return {
      code: "hidden-input",
      severity: "error",
      message: `\`${token.text}\` reads past the project's sources, so Sluice cannot tell when it changes.`,
      location: draft.source.locate(draft.sqlStart + token.start, draft.sqlStart + token.end),
      fix: "Declare what it reads as a source, and read `raw.<name>`.",
    };
  });
}

function bypassPolicies(
  draft: ModelDraft,
  subjects: readonly string[],
  fallback: BypassPolicy,
): { readonly inputs: readonly ModelInput[]; readonly problems: readonly Problem[] } {
  const declared = draft.form?.on_bypass ?? fallback;
  if (typeof declared === "string") {
    return { inputs: subjects.map((subject) => ({ subject, onBypass: declared })), problems: [] };
  }
  const other = declared["default"] ?? fallback;
  const inputs = subjects.map((subject) => ({ subject, onBypass: declared[subject] ?? other }));
  const unknown = Object.keys(declared).filter(
    (key) => key !== "default" && !subjects.includes(key),
  );
  const { header } = draft;
  const problems = unknown.map((key): Problem => {
    const fix = nameFix(key, [...subjects, "default"]);
    return {
      code: "unknown-input",
      severity: "error",
      message: `\`on_bypass\` names \`${key}\`, which model \`${draft.name}\` does not read.`,
      location: header?.locateKey(["on_bypass", key]) ?? draft.location,
      ...fix,
    };
  });
  return { inputs, problems };
}

/** Checks in canonical form; the table that a relationship names is the one its subject has. */
function resolveGates(
  draft: ModelDraft,
  surroundings: ModelSurroundings,
): { readonly gates: readonly Gate[]; readonly problems: readonly Problem[] } {
  const gates = gateList(draft.form?.checks ?? []);
  const location = draft.header?.locateKey(["checks"]) ?? draft.location;
  return relatedGates(gates, location, surroundings);
}

/**
 * Gates with the tables of their relationships written out as `schema.table`, and what they name
 * that is not there.
 */
export function relatedGates(
  gates: readonly Gate[],
  location: Location,
  { names, tableOf }: Pick<ModelSurroundings, "names" | "tableOf">,
): { readonly gates: readonly Gate[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const related = gates.map((gate): Gate => {
    if (gate.check.kind !== "relationships") return gate;
    const { to } = gate.check;
    const subject = subjectOf(to, names);
    if (subject !== null) return { ...gate, check: { ...gate.check, to: tableOf(subject) } };
    if (names.isIncomplete || (names.canDiscover && /^raw\.\w+$/i.test(to))) return gate;
    const known = [...names.sources.values(), ...names.models.keys()];
    problems.push({
      code: "unknown-upstream",
      severity: "error",
      message: `Check \`${gate.name}\` looks into \`${to}\`, which is neither a source nor a model.`,
      location,
      ...nameFix(to.replace(/^raw\./i, ""), known.sort(compareText)),
    });
    return gate;
  });
  return { gates: related, problems };
}

/** A subject by its bare name, or by its table. */
function subjectOf(text: string, names: SubjectNames): string | null {
  const named = names.sources.get(text.toLowerCase()) ?? names.models.get(text.toLowerCase())?.name;
  if (named !== undefined) return named;
  const dot = text.indexOf(".");
  if (dot < 0) return null;
  const reference = { schema: text.slice(0, dot), name: text.slice(dot + 1) };
  const found = resolveReference(reference, names);
  return found.kind === "subject" ? found.name : null;
}

/** `a reads b, which reads a`: the sentence for a cycle. */
export function cycleText(cycle: readonly string[]): string {
  if (cycle.length === 1) return `Model ${listNames(cycle)} reads itself.`;
  const path = [...cycle, cycle[0] ?? ""].map((name) => `\`${name}\``).join(" → ");
  return `These models read each other in a circle, so none can run first: ${path}.`;
}
