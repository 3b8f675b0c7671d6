import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { Location, Problem } from "../core/project/problem.ts";
import type { Project } from "../core/project/project.ts";

/**
 * Folders of connections that lead out of the project and its allowed folders by a link: what the
 * files say was judged when they were parsed, this judges what is on the disk.
 * @param places where connections are declared, by `connection:<name>`.
 */
export async function checkLinks(
  folder: string,
  project: Project,
  places: ReadonlyMap<string, Location>,
): Promise<readonly Problem[]> {
  const allowed = await Promise.all(
    [".", ...project.settings.allowedFolders].map((path) => realPath(resolve(folder, path))),
  );
  const problems: Problem[] = [];
  for (const { name, options } of project.connections) {
    for (const key of ["root", "path", "folder", "directory"]) {
      const path = options[key];
      if (typeof path !== "string") continue;
      const real = await realPath(resolve(folder, path));
      const isInside = allowed.some((outer) => outer !== null && isWithin(real, outer));
      if (real === null || isInside) continue;
      problems.push({
        code: "path-outside-project",
        severity: "error",
        message: `\`${key}\` of connection \`${name}\` leads through a link to ${real}, outside the project.`,
        location: places.get(`connection:${name}`) ?? { file: "sluice.yaml", line: 1, column: 1 },
        fix: "List that folder in `paths.allow` of sluice.yaml.",
      });
    }
  }
  return problems;
}

function isWithin(path: string | null, outer: string): boolean {
  return path === outer || (path?.startsWith(outer.endsWith(sep) ? outer : outer + sep) ?? false);
}

async function realPath(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    // What is not there cannot lead anywhere; its absence is a fact for the harvest.
    return null;
  }
}
