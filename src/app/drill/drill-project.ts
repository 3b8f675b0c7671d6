import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProjectFolder } from "../../config/find-project-folder.ts";
import type { DrillFault } from "../../core/scenarios/drill-form.ts";
import { defaultDrills } from "../../engine/default-drills.ts";
import type { DrillReport, DrillRequest, DrillResult } from "../../engine/drill-report.ts";
import { type ValidProject, validProject } from "../../engine/load-project.ts";
import { OperatingError, toOperatingError } from "../../errors/operating-error.ts";
import { readProject } from "../open-project.ts";
import { carryOut, type DrillGround } from "./carry-out.ts";
import { prepareGround } from "./prepare-ground.ts";

interface AskedDrill {
  readonly scenario: string | null;
  readonly fault: DrillFault;
}

/**
 * Carries out drills on copies of a project, in a temporary folder that goes afterwards.
 * @throws NOT_FOUND for a scenario that is not there or has no drill
 */
export async function drillProject(request: DrillRequest): Promise<DrillReport> {
  const folder = await findProjectFolder(request.folder);
  const loaded = validProject(await readProject(folder, []));
  const { project } = loaded;
  const asked = askedDrills(loaded, request.scenarios);
  const place = await mkdtemp(join(tmpdir(), "sluice-drill-"));
  try {
    const ground = await prepareGround({ folder, project, place, seed: request.seed });
    const drills: DrillResult[] = [];
    for (const [index, drill] of asked.entries()) {
      request.signal.throwIfAborted();
      request.onDrill(wordsOf(drill.fault));
      const copy = join(place, `drill-${index + 1}`);
      await mkdir(copy);
      drills.push(await drillOnce(drill, ground, copy));
      await rm(copy, { recursive: true, force: true });
    }
    const passed = drills.every(({ state }) => state !== "failed");
    return { project: project.name, seed: request.seed, passed, drills };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function drillOnce(
  { scenario, fault }: AskedDrill,
  ground: DrillGround,
  copy: string,
): Promise<DrillResult> {
  const startedAt = performance.now();
  const told = { scenario, fault: wordsOf(fault) };
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10;
  try {
    const { invariants, kills, because } = await carryOut(fault, ground, copy);
    const isWell = invariants.every(({ holds }) => holds);
    const state = because === null ? (isWell ? "passed" : "failed") : "skipped";
    return { ...told, state, because, seconds: seconds(), kills, invariants };
  } catch (error) {
    // A drill that cannot be carried out has shown nothing, and must not pass for one that has.
    const { code, message } = toOperatingError(error);
    const because = `${code}: ${message}`;
    return { ...told, state: "failed", because, seconds: seconds(), kills: 0, invariants: [] };
  }
}

function askedDrills(
  { project, scenarios }: ValidProject,
  names: readonly string[],
): readonly AskedDrill[] {
  const withDrill = scenarios.filter(({ drill }) => drill.length > 0);
  for (const name of names) {
    if (withDrill.some((scenario) => scenario.name === name)) continue;
    throw new OperatingError("NOT_FOUND", `No scenario ${name} with a drill is there`, {
      hint: "Write `drill: { faults: [...] }` into scenarios/*.yaml, or name none for the default set.",
    });
  }
  const chosen = withDrill.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) {
    return defaultDrills(project).map((fault) => ({ scenario: null, fault }));
  }
  return chosen.flatMap(({ name, drill }) => drill.map((fault) => ({ scenario: name, fault })));
}

/** A fault as the report names it. */
function wordsOf(fault: DrillFault): string {
  if ("kill" in fault) return `kill ${fault.kill.times} times`;
  if ("truncate" in fault) {
    const { source, share, when } = fault.truncate;
    return `cut ${source} to ${Math.round(share * 100)} % ${whenWords[when]}`;
  }
  if ("unreadable" in fault)
    return `make ${fault.unreadable.source} unreadable ${whenWords[fault.unreadable.when]}`;
  if ("late" in fault) return `${fault.late.source} is late ${whenWords[fault.late.when]}`;
  return `stop the server of ${fault.stop.connection} while it is read`;
}

const whenWords = {
  before: "before the run",
  extract: "when it is extracted",
  load: "when it is loaded",
} as const;
