import { draftContract } from "../../core/contracts/draft-contract.ts";
import { present } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CommandHandler } from "./command-handler.ts";
import { observedSources } from "./observed-sources.ts";

/** Writes a first contract of a source. */
export const contractInitCommand: CommandHandler = async ({ environment, input, withProject }) => {
  const name = present(input.args[0], "the source is required");
  const { folder, source } = await withProject(async (project) => {
    const [observed] = await observedSources(project, name);
    return { folder: project.folder, source: present(observed, "a source of that name is there") };
  });
  const { spec, shape } = source;
  if (shape === null) {
    throw new OperatingError("SOURCE_MISSING", `${name} could not be observed`, {
      hint: "See why with `sluice sources`.",
    });
  }
  const file = `contracts/${name}.yaml`;
  const contract = draftContract({ ...spec, source: name }, shape);
  const { stringify } = await import("yaml");
  await environment.writeNewFile(`${folder}/${file}`, stringify(contract));
  return {
    exitCode: 0,
    json: () => ({ file, columns: shape.columns.length }),
    lines: () => [
      `Wrote ${file} with ${shape.columns.length} columns.`,
      "Next: say in it what else must hold, then `sluice check` and `sluice contract check`.",
    ],
  };
};
