import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSettings } from "../core/project/parse-settings.ts";
import type { ProjectSettings } from "../core/project/project.ts";
import { sourceText } from "../core/project/source-text.ts";
import { OperatingError } from "../errors/operating-error.ts";
import { decodeText } from "./decode-text.ts";

/**
 * Reads sluice.yaml alone: enough for what looks at history, also while other files have errors.
 * @throws PROJECT_INVALID with the problems and the text that they point into as its cause.
 */
export async function readProjectSettings(folder: string): Promise<ProjectSettings> {
  const file = "sluice.yaml";
  const { text, problem } = decodeText(await readFile(join(folder, file)), file);
  const parsed = text === null ? null : parseSettings(sourceText(file, text));
  if (parsed?.isRead === true) return parsed.settings;
  const problems = parsed?.problems ?? (problem === null ? [] : [problem]);
  throw new OperatingError("PROJECT_INVALID", `${file} cannot be read`, {
    hint: "See why with `sluice check`.",
    cause: { problems, texts: new Map(text === null ? [] : [[file, text]]) },
  });
}
