import { z } from "zod";
import type { Snapshot } from "../metadata/snapshot.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { noStanding } from "../signals/standing.ts";
import { standingSchema } from "../signals/stored-standing.ts";
import { type Hash, hashOf, shortHash } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import type { DecisionRecord } from "./blueprint.ts";
import { namesSchema } from "./bound-standing.ts";
import type { DecideInput } from "./decide-input.ts";
import { modelReadsSchema } from "./model-reads.ts";
import {
  driftSchema,
  exposureSchema,
  negotiationSchema,
  sourceDriftSchema,
} from "./stored-drift-schemas.ts";
import {
  historySchema,
  modelSchema,
  profileSchema,
  referencesSchema,
  ruleSetMeaningSchema,
  scopeSchema,
  snapshotSchema,
  sourceSchema,
  templateSchema,
  treeSchema,
} from "./stored-schemas.ts";

/** The input of a past decision, or why it cannot be had. */
export type LoadResult =
  | { readonly ok: true; readonly input: DecideInput }
  | { readonly ok: false; readonly detail: string };

/** Ids that are wanted next; answered with their values. Those that are not there are left out. */
export type Wanted<T> = Generator<readonly Hash[], T, ReadonlyMap<Hash, Json>>;

/**
 * Makes the input of a decision again from stored objects, each checked against its hash and its
 * form. Descriptions and owners of rule sets, which decide nothing, come back empty.
 * @param get the value under a hash, or `undefined` when there is none.
 */
export function loadDecideInput(
  record: DecisionRecord,
  get: (id: Hash) => Json | undefined,
): LoadResult {
  const steps = wantDecideInput(record);
  let step = steps.next();
  while (step.done !== true) {
    const found = new Map<Hash, Json>();
    for (const id of step.value) {
      const value = get(id);
      if (value !== undefined) found.set(id, value);
    }
    step = steps.next(found);
  }
  return step.value;
}

/** The same in steps, for stores that are asked for many objects at once and answer later. */
export function* wantDecideInput(record: DecisionRecord): Wanted<LoadResult> {
  try {
    return { ok: true, input: yield* wantInput(record) };
  } catch (error) {
    // What is thrown below is always the one obstacle; anything else is a bug and goes on.
    if (error instanceof Obstacle) return { ok: false, detail: error.message };
    throw error;
  }
}

/** The subjects that a revision decided again, or why they cannot be had. */
export function* wantOpenSubjects(
  open: Hash,
): Wanted<
  | { readonly ok: true; readonly subjects: readonly string[] }
  | { readonly ok: false; readonly detail: string }
> {
  try {
    return {
      ok: true,
      subjects: read(yield [open], open, namesSchema, "list of what was decided"),
    };
  } catch (error) {
    if (error instanceof Obstacle) return { ok: false, detail: error.message };
    throw error;
  }
}

/** Reads a stored record. */
export function parseDecisionRecord(id: Hash, value: Json): DecisionRecord | null {
  const hash = z.string();
  const schema = z.strictObject({
    snapshot: hash,
    ruleSets: z.array(hash),
    template: hash,
    scope: hash,
    history: hash,
    drift: hash,
    reads: hash,
    standing: hash.exactOptional(),
    focus: hash.exactOptional(),
    base: hash.exactOptional(),
    open: hash.exactOptional(),
    blueprint: hash,
  });
  const parsed = schema.safeParse(value);
  return parsed.success && hashOf(value) === id ? { id, ...parsed.data } : null;
}

class Obstacle extends Error {
  override readonly name = "Obstacle";
}

function* wantInput(record: DecisionRecord): Wanted<DecideInput> {
  const { ruleSets, template } = record;
  const first = yield [
    record.snapshot,
    record.scope,
    record.history,
    record.drift,
    record.reads,
    template,
    ...ruleSets,
    ...optional(record.standing),
    ...optional(record.focus),
  ];
  const shot = read(first, record.snapshot, snapshotSchema, "snapshot");
  const scope = read(first, record.scope, scopeSchema, "scope");
  const open = read(first, record.drift, driftSchema, "drift");
  const past = { id: record.history, value: read(first, record.history, treeSchema, "history") };
  const columns = { id: record.reads, value: read(first, record.reads, treeSchema, "list") };

  const roots = yield [
    shot.profiles,
    scope.sources,
    scope.models,
    open.sources,
    open.models,
    open.negotiations,
  ];
  const rootOf = (id: Hash) => ({ id, value: read(roots, id, treeSchema, "list") });
  const profiles = yield* wantValues(rootOf(shot.profiles), profileSchema, "profile");
  const sources = yield* wantValues(rootOf(scope.sources), sourceSchema, "source");
  const models = yield* wantValues(rootOf(scope.models), modelSchema, "model");
  const history = yield* wantValues(past, historySchema, "history");
  const drifts = yield* wantValues(rootOf(open.sources), sourceDriftSchema, "drift");
  const exposures = yield* wantValues(rootOf(open.models), exposureSchema, "exposure");
  const talks = yield* wantValues(rootOf(open.negotiations), negotiationSchema, "negotiation");

  const reads = yield* wantValues(columns, modelReadsSchema, "columns read");

  const snapshot: Snapshot = {
    id: record.snapshot,
    at: shot.at,
    capacity: shot.capacity,
    profiles: new Map(
      [...profiles].map(([name, { id, value }]) => [name, { id, profile: value }] as const),
    ),
  };
  return {
    snapshot,
    ruleSets: ruleSets.map((id) => readRuleSet(first, id)),
    template: read(first, template, templateSchema, "template"),
    scope: { sources: plain(sources), models: plain(models) },
    history: plain(history),
    drift: { sources: plain(drifts), models: plain(exposures), negotiations: plain(talks) },
    reads: plain(reads),
    standing:
      record.standing === undefined
        ? noStanding
        : read(first, record.standing, standingSchema, "standing"),
    focus:
      record.focus === undefined ? null : read(first, record.focus, namesSchema, "cycle's focus"),
  };
}

/** What decisions of every age may do without: earlier versions knew nothing of it. */
function optional(id: Hash | undefined): readonly Hash[] {
  return id === undefined ? [] : [id];
}

interface Loaded<T> {
  readonly id: Hash;
  readonly value: T;
}

function plain<T>(loaded: ReadonlyMap<string, Loaded<T>>): ReadonlyMap<string, T> {
  return new Map([...loaded].map(([name, { value }]) => [name, value] as const));
}

/** All values of a list of references, by name. */
function* wantValues<T>(
  tree: Loaded<z.infer<typeof treeSchema>>,
  schema: z.ZodType<T>,
  what: string,
): Wanted<ReadonlyMap<string, Loaded<T>>> {
  const { chunks } = tree.value;
  const stored = yield chunks;
  const entries = chunks.flatMap((id) => read(stored, id, referencesSchema, "list"));
  const values = yield [...new Set(entries.map(([, id]) => id))];
  return new Map(
    entries.map(([name, id]) => {
      const value = read(values, id, schema, `${what} of ${name}`);
      return [name, { id, value }] as const;
    }),
  );
}

function readRuleSet(found: ReadonlyMap<Hash, Json>, id: Hash): RuleSet {
  const { name, params, rules } = read(found, id, ruleSetMeaningSchema, "rule set");
  return {
    id,
    name,
    description: "",
    owner: null,
    params,
    rules: rules.map((rule) => ({ ...rule, description: "" })),
  };
}

function read<T>(found: ReadonlyMap<Hash, Json>, id: Hash, schema: z.ZodType<T>, what: string): T {
  const value = found.get(id);
  if (value === undefined) throw new Obstacle(`The ${what} (${shortHash(id)}) is not stored`);
  if (hashOf(value) !== id) {
    throw new Obstacle(`The ${what} (${shortHash(id)}) is not what was stored under its hash`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined ? "" : ` at ${issue.path.join(".")}: ${issue.message}`;
  throw new Obstacle(
    `The ${what} (${shortHash(id)}) does not have the form of this version${place}`,
  );
}
