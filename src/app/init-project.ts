import { access, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { WrittenFiles } from "../cli/cli-environment.ts";
import { starterProject } from "../config/starter/starter-project.ts";
import { compareText } from "../core/std/compare.ts";
import { OperatingError } from "../errors/operating-error.ts";
import { writeSchemas } from "./write-schemas.ts";

/**
 * Writes a commented starter project that passes its checks as it is. Nothing is overwritten.
 * @throws USAGE_INVALID when the folder has a file that would be.
 */
export async function initProject(folder: string): Promise<WrittenFiles> {
  const root = resolve(folder);
  const files = starterProject(basename(root));
  for (const path of files.keys()) await refuseExisting(join(root, path));
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: "wx" });
  }
  const schemas = await writeSchemas(root);
  return { folder: root, files: [...files.keys(), ...schemas.files].sort(compareText) };
}

async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch {
    // Not there: it can be written.
    return;
  }
  throw new OperatingError("USAGE_INVALID", `${path} is there already`, {
    hint: "Name an empty folder: sluice init my-project",
  });
}
