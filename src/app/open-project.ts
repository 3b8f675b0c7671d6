import { access, realpath, rm, statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { sqliteCatalogs } from "../catalogs/sqlite/sqlite-catalogs.ts";
import { checkLinks } from "../config/check-links.ts";
import { environmentSecrets } from "../config/environment-secrets.ts";
import { findProjectFolder } from "../config/find-project-folder.ts";
import { readProjectFolder } from "../config/read-project-folder.ts";
import { readProjectSettings } from "../config/read-project-settings.ts";
import type { Capacity } from "../core/metadata/snapshot.ts";
import type { Project, ProjectSettings } from "../core/project/project.ts";
import type { RuleSet } from "../core/rules/rule-set.ts";
import { budgetOf } from "../core/run/schedule.ts";
import { type LoadedProject, loadProject, withProblems } from "../engine/load-project.ts";
import { openSluiceProject } from "../engine/open-sluice-project.ts";
import type { Parts } from "../engine/parts.ts";
import type { SluiceProject } from "../engine/sluice-project.ts";
import type { SqlAnalyzer, SqlBinder } from "../ports/sql-analyzer.ts";
import type { Staging } from "../ports/staging.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import { allFaultKinds } from "../simulate/faults/fault.ts";
import { folderStaging } from "../stagings/folder/folder-staging.ts";
import { connectors } from "./connectors.ts";
import { streamLog } from "./stream-log.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

/** What to open, and where notes go. */
export interface OpenProjectOptions {
  /** The folder that holds `sluice.yaml`; by default it is looked for from here upwards. */
  readonly folder?: string;
  /** Rule sets written with `defineRuleSet`, added to those of the project's files. */
  readonly ruleSets?: readonly RuleSet[];
  /** Takes warnings and notes, whole lines with secrets hidden; by default standard error. */
  readonly logStream?: { write(text: string): unknown };
  /** Whether debug notes are wanted too. */
  readonly isVerbose?: boolean;
}

/**
 * Opens a project: everything that the command line does, for a program.
 * @throws PROJECT_NOT_FOUND
 */
export async function openProject(options: OpenProjectOptions = {}): Promise<SluiceProject> {
  const folder = await findProjectFolder(options.folder ?? null);
  return openSluiceProject(partsOf(folder, options));
}

/** What a project in a folder works with on this machine. */
export function partsOf(folder: string, options: OpenProjectOptions): Parts {
  const secrets = environmentSecrets(folder);
  return {
    folder,
    loadProject: async () => await readProject(folder, options.ruleSets ?? []),
    readSettings: async () => await readProjectSettings(folder),
    connectors,
    catalogs: sqliteCatalogs,
    openWarehouse: (project) => openWarehouse(folder, project),
    hasWarehouse: async ({ settings }) => await exists(resolve(folder, settings.warehouse.path)),
    openGateway: async () => {
      const { honoGateway } = await import("../gateways/hono/hono-gateway.ts");
      return honoGateway;
    },
    openStaging: ({ settings }) => folderStaging(resolve(folder, settings.stagingPath)),
    openScratch: ({ settings }) => scratchStaging(resolve(folder, settings.stagingPath)),
    openLineageTools,
    openBinder,
    catalogPath: (settings) => resolve(folder, settings.catalogPath),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    openSimulator: async () =>
      (await import("../simulate/scenario/simulate-scenario.ts")).simulateScenario,
    capacity: capacityOfMachine(),
    memoryInUse: () => process.memoryUsage.rss(),
    secrets,
    clock: systemClock,
    random: systemRandom,
    log: streamLog(options.logStream ?? process.stderr, {
      redact: (text) => secrets.redact(text),
      isVerbose: options.isVerbose ?? false,
    }),
  };
}

/** Reads and checks all files of a project's folder. */
export async function readProject(
  folder: string,
  ruleSets: readonly RuleSet[],
): Promise<LoadedProject> {
  const tools = { connectors, openAnalyzer, ruleSets, faultKinds: allFaultKinds };
  const loaded = await loadProject(await readProjectFolder(folder), tools);
  if (loaded.project === null) return loaded;
  return withProblems(loaded, await checkLinks(folder, loaded.project, loaded.places));
}

/** The parser is heavy to load, and a project without models needs none. */
async function openAnalyzer(): Promise<SqlAnalyzer> {
  const { duckdbSqlAnalyzer } = await import("../warehouses/duckdb/duckdb-sql-analyzer.ts");
  return duckdbSqlAnalyzer();
}

async function openBinder(): Promise<SqlBinder> {
  const { duckdbSqlBinder } = await import("../warehouses/duckdb/duckdb-sql-binder.ts");
  return duckdbSqlBinder();
}

/** Heavy to load: only where columns are asked about. */
async function openLineageTools() {
  const { openPolyglotAnalyzer } = await import("../analyzers/polyglot/open-polyglot-analyzer.ts");
  const analyzer = openPolyglotAnalyzer();
  return {
    binder: await openBinder(),
    analyzer,
    [Symbol.asyncDispose]: () => analyzer[Symbol.asyncDispose](),
  };
}

/** A staging beside the project's, made when something is put there and removed when it is closed. */
async function scratchStaging(stagingPath: string): Promise<Staging & AsyncDisposable> {
  const root = join(stagingPath, `.look-${process.pid}-${systemRandom.uint32().toString(36)}`);
  return await Promise.resolve({
    ...folderStaging(root),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  });
}

/** What only reads the catalog never waits for the warehouse's driver. */
async function openWarehouse(folder: string, project: Project): Promise<Warehouse> {
  const { openDuckdbWarehouse } = await import("../warehouses/duckdb/open-duckdb-warehouse.ts");
  const { settings } = project;
  const { warehouseBytes, threads } = budgetOf(capacityOfMachine(), settings.limits);
  return await openDuckdbWarehouse({
    path: resolve(folder, settings.warehouse.path),
    readableFolders: await readableFolders(folder, settings),
    memoryLimit: `${warehouseBytes}B`,
    threads,
  });
}

/** Every folder by the name that it was given and, where a link leads to it, by its own. */
async function readableFolders(
  folder: string,
  settings: ProjectSettings,
): Promise<readonly string[]> {
  const named = [folder, settings.stagingPath, ...settings.allowedFolders];
  const folders = new Set<string>();
  for (const name of named) {
    const path = resolve(folder, name);
    folders.add(path);
    if (await exists(path)) folders.add(await realpath(path));
  }
  return [...folders];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Not there, or not to be had: either way there is nothing to open yet.
    return false;
  }
}

/** Cores and memory that this process may use, containers' limits included. */
function capacityOfMachine(): Capacity {
  const constrained = process.constrainedMemory() ?? 0;
  const memoryBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { cores: availableParallelism(), memoryBytes };
}
