import { uniteGates } from "../effects/gate-effect.ts";
import { shapeDraft } from "../effects/merge-effects.ts";
import type { Safeguards } from "../effects/safeguards.ts";
import {
  type SubjectDraft,
  type TaskDraft,
  withGates,
  withVersions,
} from "../effects/subject-draft.ts";
import type { Gate } from "../project/check.ts";
import type { RetainPolicy, SubjectKind, TaskKind, Template } from "../project/project.ts";
import { tableText } from "../schema/table-schema.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { Scope } from "./decide-input.ts";
import type { RuleOutcomes } from "./rule-book.ts";
import { undoingOf } from "./verdict.ts";

/** The tasks that the template gives each kind of subject, in their order. */
const scaffold: Readonly<Record<SubjectKind, readonly TaskKind[]>> = {
  source: ["extract", "load", "verify"],
  model: ["transform", "check"],
};

/** What holds where nobody asks for more. */
const unguarded = {
  circuit: null,
  deadlineMs: null,
  priority: 0,
  gates: [],
  fallback: null,
  retain: null,
} as const satisfies Partial<Safeguards>;

/** A draft with what many subjects would otherwise compute again and again. */
export interface PreparedDraft {
  readonly draft: SubjectDraft;
  /** Identity of the gates that decide what is committed. */
  readonly enforced: Hash;
  /** Identity of the gates that are only measured. */
  readonly watched: Hash;
  /** Identity of the gates that undo what was committed; `null` where there is none. */
  readonly undoing: Hash | null;
  /** Canonical JSON of each task's safeguards. */
  readonly safeguardTexts: readonly string[];
}

/** Drafts by outcome and declared gates: a fleet has few of them. */
export interface DraftBook {
  readonly template: Template;
  readonly known: Map<RuleOutcomes, Map<string, PreparedDraft>>;
  /** What names in gates were taken for, so that a later scope can tell whether it still holds. */
  readonly resolved: Map<string, string>;
  readonly gateKeys: WeakMap<readonly Gate[], string>;
}

/** A book without drafts: each is made when it is first asked for. */
export function openDraftBook(template: Template): DraftBook {
  return { template, known: new Map(), resolved: new Map(), gateKeys: new WeakMap() };
}

/** What a subject's declaration says about its safeguards, before rules speak. */
export interface DeclaredSafeguards {
  readonly gates: readonly Gate[];
  /** Of a source. */
  readonly connection: string | null;
  /** Of a source; absent where no version is kept. */
  readonly retain?: RetainPolicy | undefined;
}

/** The template's tasks for a subject with these gates, shaped by these effects. */
export function prepareDraft(
  book: DraftBook,
  scope: Scope,
  outcomes: RuleOutcomes,
  declared: DeclaredSafeguards,
): PreparedDraft {
  let byGates = book.known.get(outcomes);
  if (byGates === undefined) {
    byGates = new Map();
    book.known.set(outcomes, byGates);
  }
  // Of all that is the source's own, only what its safeguards name keeps drafts apart.
  const connection = outcomes.effects.circuit === null ? null : declared.connection;
  const versions = declared.retain?.versions ?? 0;
  const key = `${connection ?? ""}\n${versions}\n${gatesKey(book, declared.gates)}`;
  const known = byGates.get(key);
  if (known !== undefined) return known;
  const bare = { ...expandTemplate(book.template, outcomes.kind), connection };
  const kept = versions === 0 ? bare : withVersions(bare, versions);
  const shaped = shapeDraft(withGates(kept, uniteGates(declared.gates)), outcomes.effects);
  const prepared = prepare(resolveGates(book, scope, shaped));
  byGates.set(key, prepared);
  return prepared;
}

function gatesKey(book: DraftBook, gates: readonly Gate[]): string {
  if (gates.length === 0) return "";
  const known = book.gateKeys.get(gates) ?? canonicalJson(gates);
  book.gateKeys.set(gates, known);
  return known;
}

function expandTemplate(template: Template, kind: SubjectKind): SubjectDraft {
  const { retry, timeoutMs } = template.defaults;
  const tasks = scaffold[kind].map((task): TaskDraft => {
    const pool = template.poolOf[task];
    return { kind: task, safeguards: { ...unguarded, retry, timeoutMs, pool } };
  });
  return {
    kind,
    connection: null,
    activation: { state: "default" },
    group: null,
    splitRows: null,
    tags: [],
    slaMs: null,
    tasks,
  };
}

function prepare(draft: SubjectDraft): PreparedDraft {
  const [enforcing, watching] = draft.kind === "source" ? draft.tasks.slice(1) : draft.tasks;
  return {
    draft,
    enforced: gatesIdentity(enforcing),
    watched: gatesIdentity(watching),
    undoing: undoingOf(watching?.safeguards.gates ?? []),
    safeguardTexts: draft.tasks.map((task) => canonicalJson(task.safeguards)),
  };
}

/** Who asked for a gate changes nothing of what it does. */
function gatesIdentity(task: TaskDraft | undefined): Hash {
  const gates = task?.safeguards.gates ?? [];
  return hashOf(gates.map(({ name, check, onFail }) => ({ name, check, onFail })));
}

/** Gates may name a source or model; the warehouse knows tables. */
function resolveGates(book: DraftBook, scope: Scope, draft: SubjectDraft): SubjectDraft {
  const tasks = draft.tasks.map((task) => {
    const gates = task.safeguards.gates.map((gate): Gate => {
      if (gate.check.kind !== "relationships") return gate;
      const { to } = gate.check;
      const table = resolveTable(scope, to);
      book.resolved.set(to, table);
      return { ...gate, check: { ...gate.check, to: table } };
    });
    return { ...task, safeguards: { ...task.safeguards, gates } };
  });
  return { ...draft, tasks };
}

/** The table behind a name: a model's, a source's, or the text itself. */
function resolveTable(scope: Scope, name: string): string {
  const model = scope.models.get(name);
  if (model !== undefined) return tableText(model.target);
  return scope.sources.has(name) ? tableText({ schema: "raw", name }) : name;
}

/** Whether everything that the drafts took names for still holds in a scope. */
export function stillResolves(book: DraftBook, scope: Scope): boolean {
  return [...book.resolved].every(([name, table]) => resolveTable(scope, name) === table);
}
