import type { Decided } from "../../core/decide/decided.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { differenceFrom } from "../world/source-state.ts";
import { Violation } from "./violation.ts";

/** A load has committed: its table holds what its source held, and the cursor says so. */
export function checkLoaded({ world, warehouse }: SimulationContext, name: string): void {
  const source = world.source(name);
  const table = warehouse.tables.get(name);
  if (table?.exists !== true || table.rows === null) return;
  const difference = differenceFrom(source, table.rows, table.upTo);
  if (difference !== null) throw new Violation("exactly-once", `${name}: ${difference}`);
  if (source.spec.strategy === "replace") return;
  const cursor = warehouse.cursorOf(name);
  if (cursor !== table.upTo) {
    throw new Violation(
      "cursor",
      `${name} is loaded up to ${table.upTo}, its cursor says ${cursor}`,
    );
  }
}

/**
 * A decision has been made. A model that it takes for up to date holds what it would hold if it were
 * made now: of what its inputs hold, whatever their fingerprints say.
 */
export function checkDecision(context: SimulationContext, decided: Decided): void {
  const { world, warehouse } = context;
  for (const { subject, kind, tasks } of decided.blueprint.segments.values()) {
    const making = tasks.find((task) => task.kind === "transform" || task.kind === "load");
    if (making?.bypass?.reason !== "up_to_date") continue;
    const table = warehouse.tables.get(subject);
    if (kind === "source" || table === undefined) continue;
    // An input that is made again in this cycle will then be what the model was made of.
    if (table.head.strategy === "view" || isMadeAgain(context, decided, subject)) continue;
    const wanted = warehouse.contentMadeOf(subject, world.models);
    if (table.content !== wanted) {
      throw new Violation("up-to-date", `${subject} is taken for up to date, and is not`);
    }
  }
}

/**
 * Whether an input of a model is made in this cycle, or is a view that cannot be told to be up to date:
 * a view shows what is below it, whatever the ledger last heard of it.
 */
function isMadeAgain(context: SimulationContext, decided: Decided, model: string): boolean {
  const { world, warehouse } = context;
  return (world.models.get(model)?.inputs ?? []).some(({ subject }) => {
    const tasks = decided.blueprint.segments.get(subject)?.tasks ?? [];
    const making = tasks.find(({ kind }) => kind === "transform" || kind === "load");
    if (making?.state === "active") return true;
    if (warehouse.tables.get(subject)?.head.strategy !== "view") return false;
    return making?.bypass?.reason !== "up_to_date" || isMadeAgain(context, decided, subject);
  });
}

/** Everything is quiet: tables equal their sources, and models what would be made of them now. */
export function checkAtRest(context: SimulationContext): void {
  const { world, warehouse, lastDecided } = context;
  if (lastDecided === null) throw new Violation("convergence", "nothing was ever decided");
  for (const name of world.sources.keys()) checkLoaded(context, name);
  for (const { subject, kind, tasks } of lastDecided.blueprint.segments.values()) {
    const making = tasks.find((task) => task.kind === "transform" || task.kind === "load");
    const reason = making?.bypass?.reason ?? "runs";
    if (reason === "rule" || reason === "not_demanded") continue;
    if (reason === "upstream") {
      if (!waitsForARule(context, subject)) {
        throw new Violation("convergence", `${subject} waits for what nobody keeps away`);
      }
      continue;
    }
    if (reason !== "up_to_date") throw new Violation("convergence", `${subject}: ${reason}`);
    const table = warehouse.tables.get(subject);
    if (kind === "source") {
      const source = world.source(subject);
      if (table?.upTo !== source.seen) {
        throw new Violation("convergence", `${subject} is loaded up to ${table?.upTo}`);
      }
    } else if (table === undefined || !table.exists) {
      throw new Violation("convergence", `${subject} has no table`);
    }
  }
}

/** Whether something above a subject is kept away by a rule. */
function waitsForARule({ lastDecided }: SimulationContext, subject: string): boolean {
  const seen = new Set<string>();
  let at = subject;
  while (!seen.has(at)) {
    seen.add(at);
    const segment = lastDecided?.blueprint.segments.get(at);
    const bypass = segment?.tasks.find(
      ({ kind }) => kind === "transform" || kind === "load",
    )?.bypass;
    if (bypass?.reason === "rule" || bypass?.reason === "not_demanded") return true;
    if (bypass?.reason !== "upstream" || bypass.by === null) return false;
    at = bypass.by;
  }
  return false;
}
