import { parseDocument } from "../project/parse-document.ts";
import type { Problem } from "../project/problem.ts";
import { readForm } from "../project/read-form.ts";
import type { SourceText } from "../project/source-text.ts";
import type { Scenario, ScenarioEvent } from "./scenario.ts";
import { type ScenarioForm, scenarioFormOf } from "./scenario-form.ts";

/** What could be read of scenario files, and all that is wrong with them. */
export interface ParsedScenarios {
  /** In file order. */
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly Problem[];
}

/**
 * Reads all scenario files. Never throws on any text.
 * @param faultKinds the kinds of fault that the simulator knows.
 */
export function parseScenarios(
  sources: readonly SourceText[],
  faultKinds: readonly string[],
): ParsedScenarios {
  const form = scenarioFormOf(faultKinds);
  const scenarios = new Map<string, Scenario>();
  const problems: Problem[] = [];
  for (const source of sources) {
    const { document, problems: found } = parseDocument(source);
    problems.push(...found);
    if (document === null) continue;
    const context = { document, path: [], what: "this scenario" };
    const read = readForm(form, document.value, context);
    problems.push(...read.problems);
    if (read.value === null) continue;
    const scenario = toScenario(read.value);
    if (scenarios.has(scenario.name)) {
      problems.push({
        code: "duplicate-name",
        severity: "error",
        message: `A second scenario has the name \`${scenario.name}\`.`,
        location: document.locate(["scenario"]),
        fix: "Rename or remove one of them.",
      });
    } else scenarios.set(scenario.name, scenario);
  }
  return { scenarios: [...scenarios.values()], problems };
}

function toScenario(form: ScenarioForm): Scenario {
  return {
    name: form.scenario,
    description: form.description,
    subjects:
      form.subjects === "project" ? { kind: "project" } : { kind: "generated", ...form.subjects },
    cycles: form.cycles,
    everyMs: form.every,
    startAt: form.start,
    seed: form.seed,
    profiles: form.profiles.map((profile) => ({
      sources: listOf(profile.sources),
      rows: profile.rows,
      growth: profile.growth,
      changes: profile.changes,
      late: profile.late,
      lateByMs: profile.late_by,
      drift: profile.drift,
      missing: profile.missing,
      badRows: profile.bad_rows,
    })),
    tasks: form.tasks.map((tasks) => ({
      tasks: listOf(tasks.tasks),
      medianMs: tasks.duration,
      spread: tasks.spread,
      msPerThousandRows: tasks.per_thousand_rows ?? 0,
    })),
    events: form.events.map(toEvent),
    faults: { perCycle: form.faults.per_cycle, kinds: form.faults.kinds ?? null },
    drill: form.drill?.faults ?? [],
  };
}

function toEvent(form: ScenarioForm["events"][number]): ScenarioEvent {
  const { cycle } = form;
  if ("source" in form) {
    const { source, event, share } = form;
    return { kind: "source", cycle, source, event, share, forMs: form.for ?? null };
  }
  if ("connection" in form) {
    return { kind: "connection", cycle, connection: form.connection, forMs: form.for ?? null };
  }
  const { fault, nth, size } = form;
  return { kind: "fault", cycle, fault, nth, size };
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}
