import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Project } from "../../core/project/project.ts";
import type { DrillFault } from "../../core/scenarios/drill-form.ts";
import { present } from "../../core/std/assert.ts";
import { concernedBy } from "../../engine/default-drills.ts";
import type { InvariantResult } from "../../engine/drill-report.ts";
import { judgeDrill, type TableSums } from "../../engine/judge-drill.ts";
import type { RunReport } from "../../engine/sluice-project.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { RunSummary } from "../../ports/catalog.ts";
import { openProject } from "../open-project.ts";
import { rootInCopy, scratchPlaces } from "./scratch-project.ts";
import { type ChildEnd, runProgram, startSluiceChild } from "./sluice-child.ts";
import { type FileFault, isBoundByModes, struckFile } from "./strike-file.ts";
import { warehouseSums } from "./warehouse-sums.ts";

/** What all drills of a project start from. */
export interface DrillGround {
  /** The original, which is never written to. */
  readonly folder: string;
  readonly project: Project;
  /** A copy without a past. */
  readonly fresh: string;
  /** A copy after an undisturbed run. */
  readonly calm: string;
  /** How long that run took, in milliseconds. */
  readonly calmMs: number;
  readonly sums: TableSums;
  readonly seed: number;
}

interface CarriedOut {
  readonly invariants: readonly InvariantResult[];
  readonly kills: number;
  readonly because: string | null;
}

/** What happened to the process that was struck. */
interface Struck {
  readonly end: ChildEnd;
  readonly kills: number;
  readonly concerned: ReadonlySet<string>;
  /** Why the fault could not be brought about; `null` where it was. */
  readonly because: string | null;
}

type FileDrill = Extract<
  DrillFault,
  { readonly truncate: unknown } | { readonly unreadable: unknown } | { readonly late: unknown }
>;

/** Does one fault to a copy of the project, lets the next run mend it, and judges. */
export async function carryOut(
  fault: DrillFault,
  ground: DrillGround,
  copy: string,
): Promise<CarriedOut> {
  if ("unreadable" in fault && !isBoundByModes()) {
    return skipped("the modes of files do not bind this user: run it as another one");
  }
  // What is struck while it is read must be read: a copy without a past reads everything.
  const isLoaded = fileFaultOf(fault)?.when === "before";
  const from = isLoaded ? ground.calm : ground.fresh;
  await cp(from, copy, { recursive: true, preserveTimestamps: true });
  const struck = await strike(fault, ground, copy);
  return struck.because === null ? await judge(ground, copy, struck) : skipped(struck.because);
}

function skipped(because: string): CarriedOut {
  return { invariants: [], kills: 0, because };
}

async function strike(fault: DrillFault, ground: DrillGround, copy: string): Promise<Struck> {
  if ("kill" in fault) return await killOften(fault.kill.times, ground, copy);
  if ("stop" in fault) return await stopServer(fault.stop, ground, copy);
  return await strikeFile(fault, ground, copy);
}

async function judge(
  { sums }: DrillGround,
  copy: string,
  { end, kills, concerned }: Struck,
): Promise<CarriedOut> {
  const struck = await lastRun(copy);
  const resumed = await startSluiceChild(["run", "--resume", "--project", copy]).ended;
  // What was interrupted went on as it was decided; what has come since is for a run of its own.
  const last = await startSluiceChild(["run", "--project", copy]).ended;
  await using project = await openProject({ folder: copy });
  const invariants = judgeDrill({
    calm: sums,
    after: await warehouseSums(join(copy, scratchPlaces.warehouse)),
    struck,
    words: end.words,
    concerned,
    next: resumed.exitCode === 0 ? last : resumed,
    isReplayIdentical: (await project.replay()).identical,
    left: await leftBehind(copy, await project.runs(1_000)),
  });
  return { invariants, kills, because: null };
}

async function lastRun(copy: string): Promise<RunReport | null> {
  await using project = await openProject({ folder: copy });
  return (await project.runs(1)).length === 0 ? null : await project.show();
}

/** Kills a run at random instants, lets the next one go on, and so on. */
async function killOften(
  times: number,
  { calmMs, seed }: DrillGround,
  copy: string,
): Promise<Struck> {
  const random = randomFrom(seed);
  let kills = 0;
  // A run that got through before its kill has nothing left for the next.
  for (let tries = 0; kills < times && tries < times * 3; tries += 1) {
    const run = startSluiceChild(["run", "--resume", "--project", copy]);
    const timer = setTimeout(() => run.kill(), random() * calmMs);
    const { signal } = await run.ended;
    clearTimeout(timer);
    if (signal === "SIGKILL") kills += 1;
  }
  const end = await startSluiceChild(["run", "--resume", "--project", copy]).ended;
  const because = kills === 0 ? "every run got through before it was killed" : null;
  return { end, kills, concerned: new Set(), because };
}

/** Numbers in [0, 1) that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function fileFaultOf(fault: DrillFault) {
  if ("truncate" in fault) return fault.truncate;
  if ("unreadable" in fault) return fault.unreadable;
  return "late" in fault ? fault.late : null;
}

async function strikeFile(fault: FileDrill, ground: DrillGround, copy: string): Promise<Struck> {
  const { source: name, when } = present(fileFaultOf(fault), "a file is struck");
  const source = ground.project.sources.find((one) => one.name === name);
  const path = source?.locator["path"];
  if (source === undefined || typeof path !== "string") {
    throw new OperatingError("NOT_FOUND", `${name} is no declared source of a file connection`);
  }
  const root = rootInCopy(ground.folder, ground.project, source.connection, copy);
  const file = await struckFile(root, path, toFileFault(fault));
  if (when === "before") await file.strike();
  const run = startSluiceChild(["run", "--project", copy]);
  const hasBegun = when === "before" || (await run.told(startedLine(name, when)));
  if (when !== "before" && hasBegun) await file.strike();
  const end = await run.ended;
  if (hasBegun) await file.mend();
  const because = hasBegun ? null : `no ${when} of ${name} began`;
  return { end, kills: 0, concerned: concernedBy(ground.project, [name]), because };
}

function toFileFault(fault: FileDrill): FileFault {
  if ("truncate" in fault) return { kind: "truncate", share: fault.truncate.share };
  return { kind: "late" in fault ? "late" : "unreadable" };
}

/** The line by which a run tells that a source's task has begun, alone or with others. */
function startedLine(source: string, kind: string): RegExp {
  return new RegExp(`(^|[\\s,:])${source}\\.${kind}\\b.*started`, "m");
}

/** Stops a server while a source of it is read, lets the run end, and starts the server again. */
async function stopServer(
  given: Extract<DrillFault, { readonly stop: unknown }>["stop"],
  { project }: DrillGround,
  copy: string,
): Promise<Struck> {
  const { connection } = given;
  const names = project.sources
    .filter((source) => source.connection === connection)
    .map(({ name }) => name);
  if (names.length === 0) {
    throw new OperatingError("NOT_FOUND", `No source of a connection ${connection} is declared`);
  }
  const run = startSluiceChild(["run", "--project", copy]);
  const hasBegun = await run.told(startedLine(`(${names.join("|")})`, "extract"));
  if (!hasBegun) {
    const end = await run.ended;
    return { end, kills: 0, concerned: new Set(), because: `nothing of ${connection} was read` };
  }
  try {
    await mustSucceed(given.stop, "stop");
    const end = await run.ended;
    return { end, kills: 0, concerned: concernedBy(project, names), because: null };
  } finally {
    await mustSucceed(given.start, "start");
  }
}

async function mustSucceed(argv: readonly string[], what: string): Promise<void> {
  const { exitCode, words } = await runProgram(argv);
  if (exitCode === 0) return;
  throw new OperatingError(
    "CONNECTION_FAILED",
    `The command to ${what} the server ended with ${exitCode}: ${words.trim()}`,
    { hint: "Try it by hand. It must return when the server is stopped or takes connections." },
  );
}

/** What nobody will come back to: runs without an end, and extractions that were never finished. */
async function leftBehind(copy: string, runs: readonly RunSummary[]): Promise<readonly string[]> {
  const open = runs
    .filter(({ status }) => status === "running")
    .map(({ id }) => `run ${id} is open`);
  const staging = join(copy, scratchPlaces.staging);
  const entries = await readdir(staging, { recursive: true }).catch(() => []);
  const unfinished = entries.filter((name) => /(^|[/\\])\.tmp-[^/\\]*$/.test(name));
  return [...open, ...unfinished.map((name) => `staging holds ${name}`)];
}
