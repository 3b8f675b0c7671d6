import type { DecisionRecord } from "../core/decide/blueprint.ts";
import { decide } from "../core/decide/decide.ts";
import { decideAgain } from "../core/decide/decide-again.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import {
  parseDecisionRecord,
  type Wanted,
  wantDecideInput,
  wantOpenSubjects,
} from "../core/decide/load-decision.ts";
import { pinnedBut } from "../core/decide/pinned-in.ts";
import { decisionObjects } from "../core/decide/store-decision.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import { type Hash, shortHash } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog, CatalogReader, RunSummary } from "../ports/catalog.ts";
import type { ReplayReport } from "./sluice-project.ts";

/** Stores all that a decision rests on. What an earlier one had is not written again. */
export async function writeDecision(catalog: Catalog, decided: Decided): Promise<void> {
  await catalog.putObjects(decisionObjects(decided));
}

/**
 * What a past decision was made from.
 * @throws REPLAY_IMPOSSIBLE when some of it is missing, damaged, or of another version.
 */
export async function readDecisionInput(catalog: Objects, decision: Hash): Promise<DecideInput> {
  return await inputOf(catalog, await readRecord(catalog, decision));
}

/**
 * A past decision, made again from what is stored. A revision is made of the decision that it
 * revises, which is made first.
 * @param known decisions that were made already, by their records; what is made is added.
 * @throws REPLAY_IMPOSSIBLE when some of it is missing, damaged, or of another version.
 */
async function readDecision(
  catalog: Objects,
  decision: Hash,
  known: Map<Hash, Decided> = new Map(),
): Promise<Decided> {
  const made = known.get(decision);
  if (made !== undefined) return made;
  const record = await readRecord(catalog, decision);
  const input = await inputOf(catalog, record);
  const { base, open } = record;
  let decided: Decided;
  if (base === undefined || open === undefined) decided = decide(input);
  else {
    const revised = await readDecision(catalog, base, known);
    const subjects = await finish(catalog, wantOpenSubjects(open));
    if (!subjects.ok) throw impossible(subjects.detail);
    decided = decideAgain(revised, input, pinnedBut(revised, subjects.subjects));
  }
  known.set(decision, decided);
  return decided;
}

/**
 * The decision that a run carries out, made again from what is stored.
 * @throws REPLAY_IMPOSSIBLE when this version of Sluice decides otherwise.
 */
export async function readDecided(catalog: Objects, run: RunSummary): Promise<Decided> {
  return demand(await readDecision(catalog, run.decision), run.id, run);
}

/**
 * The revisions of a run, in the order of its log, made again from what is stored.
 * @param first the decision that the run began with.
 * @throws REPLAY_IMPOSSIBLE when this version of Sluice decides otherwise.
 */
export async function readRevisions(
  catalog: Objects,
  run: string,
  { first, events }: { readonly first: Decided; readonly events: Iterable<RunEvent> },
): Promise<readonly Decided[]> {
  const known = new Map([[first.record.id, first]]);
  const revisions: Decided[] = [];
  for (const event of events) {
    if (event.type !== "RevisionDecided") continue;
    const decided = await readDecision(catalog, event.decision, known);
    revisions.push(demand(decided, `${run}, revision ${event.revision},`, event));
  }
  return revisions;
}

/**
 * The decision that a run began with, then its revisions, as this version of Sluice decides them.
 * @throws REPLAY_IMPOSSIBLE when some of what they were made from is not to be had.
 */
export async function decisionsOfRun(
  catalog: Pick<CatalogReader, "objects" | "events">,
  run: RunSummary,
): Promise<readonly Decided[]> {
  const known = new Map<Hash, Decided>();
  const decisions = [await readDecision(catalog, run.decision, known)];
  for (const { event } of await catalog.events(run.id)) {
    if (event.type !== "RevisionDecided") continue;
    decisions.push(await readDecision(catalog, event.decision, known));
  }
  return decisions;
}

/**
 * Decides a run and its revisions once more, and compares.
 * @throws REPLAY_IMPOSSIBLE when some of what they were made from is not to be had.
 */
export async function replayRun(
  catalog: Pick<CatalogReader, "objects" | "events">,
  run: RunSummary,
): Promise<ReplayReport> {
  const known = new Map<Hash, Decided>();
  const compare = async ({ decision, blueprint }: Pick<RunSummary, "decision" | "blueprint">) => {
    const again = await readDecision(catalog, decision, known);
    const recomputed = again.blueprint.id;
    const identical = recomputed === blueprint && again.record.id === decision;
    return { blueprint, recomputed, identical };
  };
  const first = await compare(run);
  const revisions: ReplayReport["revisions"][number][] = [];
  for (const { event } of await catalog.events(run.id)) {
    if (event.type !== "RevisionDecided") continue;
    revisions.push({ revision: event.revision, ...(await compare(event)) });
  }
  const identical = [first, ...revisions].every((one) => one.identical);
  return { ...first, run: run.id, identical, revisions };
}

type Objects = Pick<CatalogReader, "objects">;

async function readRecord(catalog: Objects, decision: Hash): Promise<DecisionRecord> {
  const stored = (await catalog.objects([decision])).get(decision);
  const record = stored === undefined ? null : parseDecisionRecord(decision, stored);
  if (record === null) throw impossible(`The decision ${shortHash(decision)} is not stored`);
  return record;
}

async function inputOf(catalog: Objects, record: DecisionRecord): Promise<DecideInput> {
  const loaded = await finish(catalog, wantDecideInput(record));
  if (!loaded.ok) throw impossible(loaded.detail);
  return loaded.input;
}

async function finish<T>(catalog: Objects, steps: Wanted<T>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) step = steps.next(await catalog.objects(step.value));
  return step.value;
}

/** The decision, if it is still the one that was carried out. */
function demand(
  decided: Decided,
  what: string,
  { blueprint }: { readonly blueprint: Hash },
): Decided {
  if (decided.blueprint.id === blueprint) return decided;
  throw impossible(
    `This version of Sluice decides run ${what} otherwise ` +
      `(${shortHash(decided.blueprint.id)}, not ${shortHash(blueprint)})`,
  );
}

function impossible(detail: string): OperatingError {
  return new OperatingError("REPLAY_IMPOSSIBLE", detail, {
    hint: "Use the version that made the run, or start a new run.",
  });
}
