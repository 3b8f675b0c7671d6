import type { RulesChoice } from "../../engine/simulation-desk.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CliEnvironment } from "../cli-environment.ts";
import { renderSimulation } from "../render/render-simulation.ts";
import { simulationHtml } from "../render/simulation-html.ts";
import { simulationSvg } from "../render/simulation-svg.ts";
import { simulationJson } from "../wire/simulation-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";

const drawings = { ".html": simulationHtml, ".svg": simulationSvg } as const;

/** Plays a scenario, and says how the ways to decide compare. */
export const simulateCommand: CommandHandler = async ({ environment, input, withProject }) => {
  const [scenario = ""] = input.args;
  const draw = drawingOf(input.report);
  const rules = await choiceOf(environment, input.rules);
  const against = await choiceOf(environment, input.against);
  const report = await withProject((project) =>
    project.simulate(scenario, {
      ...(input.cycles === null ? {} : { cycles: input.cycles }),
      ...(input.seed === null ? {} : { seed: input.seed }),
      ...(rules === null ? {} : { rules }),
      ...(against === null ? {} : { against }),
      ...(input.isTraced ? { onLine: (line) => environment.stderr.write(`${line}\n`) } : {}),
    }),
  );
  if (draw !== null && input.report !== null) {
    await environment.writeNewFile(input.report, draw(report));
  }
  return {
    exitCode: report.violations.length === 0 ? exitCodes.done : exitCodes.failed,
    json: () => simulationJson(report),
    lines: (style) => renderSimulation(report, style),
  };
};

function drawingOf(path: string | null) {
  if (path === null) return null;
  if (path.endsWith(".html")) return drawings[".html"];
  if (path.endsWith(".svg")) return drawings[".svg"];
  throw new OperatingError("USAGE_INVALID", `--report ${path} is neither .html nor .svg.`, {
    hint: "End the path with .html for a page, or with .svg for the charts alone.",
  });
}

async function choiceOf(
  { readTextFile }: Pick<CliEnvironment, "readTextFile">,
  given: string | null,
): Promise<RulesChoice | null> {
  if (given === null || given === "current" || given === "none" || given === "static") return given;
  return { path: given, text: await readTextFile(given) };
}
