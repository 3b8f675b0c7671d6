import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { parseDocument } from "yaml";
import type { Project } from "../../core/project/project.ts";

/** Where everything of a copied project lies, whatever its settings said of the original. */
export const scratchPlaces = {
  warehouse: "drill.duckdb",
  catalog: ".sluice/catalog.db",
  staging: ".sluice/staging",
} as const;

/**
 * Copies a project with the files of its sources, and without its past: it has a warehouse, a
 * catalog and a staging of its own. Nothing that is done to the copy reaches the original.
 */
export async function copyProject(folder: string, project: Project, to: string): Promise<void> {
  const { settings } = project;
  const own = [settings.warehouse.path, settings.catalogPath, settings.stagingPath].map((path) =>
    resolve(folder, path),
  );
  const isPast = (path: string) =>
    own.some(
      (place) =>
        path === place || path.startsWith(`${place}${sep}`) || path.startsWith(`${place}.`),
    );
  const skipped = new Set([".git", ".sluice", "node_modules"]);
  for (const entry of await readdir(folder)) {
    const from = join(folder, entry);
    if (skipped.has(entry) || isPast(from)) continue;
    await copy(from, join(to, entry), (path) => !isPast(path));
  }
  await edit(join(to, "sluice.yaml"), (set) => {
    set(["warehouse", "path"], scratchPlaces.warehouse);
    set(["catalog", "path"], scratchPlaces.catalog);
    set(["staging", "path"], scratchPlaces.staging);
  });
  await bringFiles(folder, project, to);
}

/** Files of connections that lie outside the project come into the copy as well. */
async function bringFiles(folder: string, project: Project, to: string): Promise<void> {
  for (const { name, connector, options } of project.connections) {
    if (connector !== "file") continue;
    const root = resolve(folder, String(options["root"] ?? "."));
    if (isInside(root, folder)) continue;
    const inner = join("drill-files", name);
    await copy(root, join(to, inner), () => true);
    const path = await fileOfConnection(to, name);
    await edit(path, (set) => set(["options", "root"], inner));
  }
}

/** Where the files of a connection lie in the copy. */
export function rootInCopy(
  folder: string,
  project: Project,
  connection: string,
  copied: string,
): string {
  const options = project.connections.find(({ name }) => name === connection)?.options ?? {};
  const root = resolve(folder, String(options["root"] ?? "."));
  return isInside(root, folder)
    ? join(copied, relative(folder, root))
    : join(copied, "drill-files", connection);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

async function copy(from: string, to: string, filter: (path: string) => boolean): Promise<void> {
  await cp(from, to, { recursive: true, preserveTimestamps: true, filter });
}

async function fileOfConnection(folder: string, name: string): Promise<string> {
  for (const entry of await readdir(join(folder, "connections"))) {
    const path = join(folder, "connections", entry);
    if (!(await stat(path)).isFile()) continue;
    if (parseDocument(await readFile(path, "utf8")).get("connection") === name) return path;
  }
  throw new TypeError(`connection ${name} was read from a file`);
}

async function edit(
  path: string,
  change: (set: (at: readonly string[], value: string) => void) => void,
): Promise<void> {
  const document = parseDocument(await readFile(path, "utf8"));
  change((at, value) => document.setIn(at, value));
  await writeFile(path, document.toString());
}
