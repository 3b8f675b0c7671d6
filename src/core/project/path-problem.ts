import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";

/**
 * Whether a path as written stays in the project's folder or in a folder that it allows. Links
 * are not followed here: that is for whoever reads the disk.
 */
function isAllowedPath(path: string, allowedFolders: readonly string[]): boolean {
  const parts = normalParts(path);
  if (!path.startsWith("/") && parts[0] !== "..") return true;
  return allowedFolders.some((folder) => {
    if (folder.startsWith("/") !== path.startsWith("/")) return false;
    const outer = normalParts(folder);
    return outer.every((part, at) => parts[at] === part) && parts[outer.length] !== "..";
  });
}

/** The problem of a path that leaves the project, or `null`. */
export function pathProblem(
  document: PositionedDocument,
  path: DocumentPath,
  allowedFolders: readonly string[],
): Problem | null {
  const value = document.at(path);
  if (typeof value !== "string" || isAllowedPath(value, allowedFolders)) return null;
  return {
    code: "path-outside-project",
    severity: "error",
    message: `The path \`${value}\` leaves the project's folder, and no allowed folder holds it.`,
    location: document.locate(path),
    fix: "Keep it inside the project, or list its folder in `paths.allow` of sluice.yaml.",
  };
}

/** The parts of a path without `.` and with `..` resolved as far as the path goes. */
function normalParts(path: string): readonly string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts;
}
