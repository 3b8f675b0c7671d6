import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { OperatingError } from "../errors/operating-error.ts";

/**
 * The absolute path of the folder that holds `sluice.yaml`.
 * @param folder that folder; `null` looks from the current folder upwards.
 * @throws PROJECT_NOT_FOUND
 */
export async function findProjectFolder(folder: string | null): Promise<string> {
  const start = resolve(folder ?? ".");
  if (await isProject(start)) return start;
  if (folder === null) {
    for (let at = dirname(start), below = start; at !== below; below = at, at = dirname(at)) {
      if (await isProject(at)) return at;
    }
  }
  const where = folder === null ? `${start} and in no folder above` : start;
  throw new OperatingError("PROJECT_NOT_FOUND", `There is no sluice.yaml in ${where}`, {
    hint: "Go to a project, name one with --project, or make one with `sluice init`.",
  });
}

async function isProject(folder: string): Promise<boolean> {
  try {
    return (await stat(join(folder, "sluice.yaml"))).isFile();
  } catch {
    // Whatever hides the file, there is no project to be read here.
    return false;
  }
}
