import { decide } from "../core/decide/decide.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import { parseDecisionRecord, wantDecideInput } from "../core/decide/load-decision.ts";
import { decisionObjects } from "../core/decide/store-decision.ts";
import { type Hash, shortHash } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog, CatalogReader, RunSummary } from "../ports/catalog.ts";

/** Stores all that a decision rests on. What an earlier one had is not written again. */
export async function writeDecision(catalog: Catalog, decided: Decided): Promise<void> {
  await catalog.putObjects(decisionObjects(decided));
}

/**
 * What a past decision was made from.
 * @throws REPLAY_IMPOSSIBLE when some of it is missing, damaged, or of another version.
 */
export async function readDecisionInput(
  catalog: Pick<CatalogReader, "objects">,
  decision: Hash,
): Promise<DecideInput> {
  const stored = (await catalog.objects([decision])).get(decision);
  const record = stored === undefined ? null : parseDecisionRecord(decision, stored);
  if (record === null) throw impossible(`The decision ${shortHash(decision)} is not stored`);
  const steps = wantDecideInput(record);
  let step = steps.next();
  while (step.done !== true) step = steps.next(await catalog.objects(step.value));
  if (!step.value.ok) throw impossible(step.value.detail);
  return step.value.input;
}

/**
 * The decision that a run carries out, made again from what is stored.
 * @throws REPLAY_IMPOSSIBLE when this version of Sluice decides otherwise.
 */
export async function readDecided(
  catalog: Pick<CatalogReader, "objects">,
  run: RunSummary,
): Promise<Decided> {
  const decided = decide(await readDecisionInput(catalog, run.decision));
  if (decided.blueprint.id !== run.blueprint) {
    throw impossible(
      `This version of Sluice decides run ${run.id} otherwise ` +
        `(${shortHash(decided.blueprint.id)}, not ${shortHash(run.blueprint)})`,
    );
  }
  return decided;
}

function impossible(detail: string): OperatingError {
  return new OperatingError("REPLAY_IMPOSSIBLE", detail, {
    hint: "Use the version that made the run, or start a new run.",
  });
}
