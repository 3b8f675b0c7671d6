import { applyContract } from "../core/project/apply-contract.ts";
import type { DiscoverSpec, SourceSpec } from "../core/project/project.ts";
import { compareText } from "../core/std/compare.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import type { DiscoveredSource } from "../ports/connector.ts";
import { withDeadline } from "./deadline.ts";
import type { HarvestRequest, HarvestWorld } from "./harvest-request.ts";

/** All sources of this cycle, and what each connection's patterns found. */
export interface Discovery {
  readonly sources: readonly SourceSpec[];
  readonly found: ReadonlyMap<string, readonly SourceSpec[]>;
  /** Found in an earlier cycle, loaded, and found no more: missing, until their tables are dropped. */
  readonly vanished: ReadonlySet<string>;
}

/**
 * Adds what the patterns find to what is declared. A declared source keeps its name against a
 * found one. A connection that cannot be asked keeps what it had last time, so that an outage
 * does not look like a disappearance.
 */
export async function discoverSources(
  request: HarvestRequest,
  world: HarvestWorld,
): Promise<Discovery> {
  const taken = new Map(request.sources.map((source) => [source.name, source] as const));
  const found = new Map<string, SourceSpec[]>();
  const vanished = new Set<string>();
  const asked = new Set(request.discover.map((spec) => spec.connection));
  const answers = await Promise.all(
    [...asked].map(async (connection) => ({
      connection,
      sources: await findIn(connection, request, world),
    })),
  );
  for (const { connection, sources } of answers) {
    const kept: SourceSpec[] = [];
    for (const source of sources) {
      const holder = taken.get(source.name);
      if (holder === undefined) {
        taken.set(source.name, source);
        kept.push(source);
      } else if (holder.connection !== connection) {
        world.log.warn(
          `${connection} has a source ${source.name}, but ${holder.connection} holds that name: ` +
            "give its pattern another `name`.",
        );
      }
    }
    found.set(connection, kept);
  }
  // Only when all have answered: what left one connection may have moved to another.
  for (const [connection, kept] of found) {
    for (const source of goneFrom(connection, taken, request)) {
      taken.set(source.name, source);
      vanished.add(source.name);
      kept.push(source);
    }
  }
  // What is known of a connection that was not asked is an answer to nothing.
  for (const connection of asked) if (!isAsked(connection, request)) found.delete(connection);
  const sources = [...taken.values()].sort((left, right) => compareText(left.name, right.name));
  return { sources, found, vanished };
}

/**
 * What a connection had and has no more, as long as the data is there: somebody may read it, and
 * should be told. A source that never landed leaves without a trace.
 */
function goneFrom(
  connection: string,
  taken: ReadonlyMap<string, SourceSpec>,
  request: HarvestRequest,
): readonly SourceSpec[] {
  const before = request.lastFound.get(connection) ?? [];
  return before.filter(({ name }) => !taken.has(name) && request.lastLoads.has(name));
}

async function findIn(
  connection: string,
  request: HarvestRequest,
  world: HarvestWorld,
): Promise<readonly SourceSpec[]> {
  if (!isAsked(connection, request)) return request.lastFound.get(connection) ?? [];
  const specs = request.discover.filter((spec) => spec.connection === connection);
  const timeoutMs =
    request.connections.find((spec) => spec.name === connection)?.probeTimeoutMs ?? 30_000;
  const outer = request.signal;
  const limits = { clock: world.clock, timeoutMs, ...(outer === undefined ? {} : { outer }) };
  try {
    return await withDeadline(limits, `Discovery in ${connection}`, async (signal) => {
      const session = await world.connections.session(connection);
      const all: SourceSpec[] = [];
      for (const spec of specs) {
        const answers = await session.discover(spec.pattern, signal);
        all.push(...answers.map((answer) => toSource(spec, answer)));
      }
      return all;
    });
  } catch (error) {
    if (outer?.aborted === true) throw error;
    // Not being able to ask is not an answer: what was there last time is still expected.
    world.log.warn(`Discovery in ${connection} failed: ${toOperatingError(error).message}`);
    return request.lastFound.get(connection) ?? [];
  }
}

function isAsked(connection: string, { focus }: HarvestRequest): boolean {
  return focus === null || focus.discovering.has(connection);
}

/** A table without a key cannot be merged by it: it is read whole each time. */
function toSource(spec: DiscoverSpec, answer: DiscoveredSource): SourceSpec {
  const { defaults } = spec;
  const key = defaults.key.length > 0 ? defaults.key : answer.key;
  const needsKey = defaults.strategy === "merge" || defaults.strategy === "history";
  const { loading: _, ...plain } = defaults;
  const source: SourceSpec = {
    ...(needsKey && key.length === 0 ? { ...plain, strategy: "replace" } : defaults),
    key,
    name: answer.name,
    connection: spec.connection,
    origin: "discovered",
    locator: answer.locator,
    contract: null,
  };
  const terms = spec.contracts.find(({ contract }) => contract.source === source.name);
  return terms === undefined ? source : applyContract(source, terms).source;
}
