import { seededRandom } from "./seeded-random.ts";

/** A task with the time that it took when it was recorded, and what it was thought to take. */
export interface RecordedTask {
  readonly id: string;
  readonly after: readonly string[];
  readonly pool: string;
  readonly durationMs: number;
  /** What earlier runs had shown. */
  readonly usualMs: number;
}

/** A graph of tasks as it was recorded. */
export interface RecordedGraph {
  readonly name: string;
  readonly tasks: readonly RecordedTask[];
  /** Slots by pool. */
  readonly pools: Readonly<Record<string, number>>;
}

type Random = () => number;
type Draft = Omit<RecordedTask, "usualMs" | "durationMs"> & { readonly durationMs: number };

const families: Readonly<
  Record<
    string,
    (random: Random) => Omit<RecordedGraph, "name" | "tasks"> & { readonly tasks: readonly Draft[] }
  >
> = {
  random: randomGraph,
  "fan-out": fanOut,
  "fan-in": fanIn,
  chains,
  examples: (random) => project(random, random() < 0.5 ? shopModels : flightsModels),
};

/** Graphs of all families in turn, each from a seed of its own: the same for the same `count`. */
export function recordedGraphs(count: number): readonly RecordedGraph[] {
  const names = Object.keys(families);
  return Array.from({ length: count }, (_, seed) => {
    const family = names[seed % names.length] ?? "random";
    const random = seededRandom(seed + 1);
    const { tasks, pools } = (families[family] ?? randomGraph)(random);
    return {
      name: `${family} ${seed}`,
      pools,
      // What a run takes differs from what runs before it took.
      tasks: tasks.map((task) => ({ ...task, usualMs: task.durationMs * (0.85 + random() * 0.3) })),
    };
  });
}

/** Most tasks are short, some long, few very long: as in the records of any warehouse. */
function duration(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(1_000 * Math.exp(1.1 * normal)) + 20;
}

function idOf(index: number): string {
  return `t${String(index).padStart(4, "0")}.load`;
}

function randomGraph(random: Random) {
  const count = 40 + Math.floor(random() * 80);
  const tasks = Array.from({ length: count }, (_, index): Draft => {
    const edges = index === 0 ? 0 : Math.floor(random() * 3);
    const after = new Set<string>();
    for (let edge = 0; edge < edges; edge += 1) {
      after.add(idOf(Math.max(0, index - 1 - Math.floor(random() * 12))));
    }
    return { id: idOf(index), after: [...after], pool: "main", durationMs: duration(random) };
  });
  return { tasks: shuffled(tasks, random), pools: { main: 2 + Math.floor(random() * 5) } };
}

/** One task that all others wait for, and among them one that much waits for. */
function fanOut(random: Random) {
  const tasks: Draft[] = [{ id: idOf(0), after: [], pool: "main", durationMs: 500 }];
  const count = 30 + Math.floor(random() * 60);
  for (let index = 1; index <= count; index += 1) {
    tasks.push({ id: idOf(index), after: [idOf(0)], pool: "main", durationMs: duration(random) });
  }
  addChain(tasks, idOf(count), 4 + Math.floor(random() * 6), random);
  return { tasks: shuffled(tasks, random), pools: { main: 3 + Math.floor(random() * 6) } };
}

/** Many tasks that some wait for, of which one is long. */
function fanIn(random: Random) {
  const count = 30 + Math.floor(random() * 50);
  const tasks: Draft[] = [];
  for (let index = 0; index < count; index += 1) {
    tasks.push({ id: idOf(index), after: [], pool: "main", durationMs: duration(random) });
  }
  const late = idOf(count - 1);
  addChain(tasks, late, 3 + Math.floor(random() * 5), random);
  const joined = tasks.slice(0, count).map(({ id }) => id);
  const last = tasks.at(-1)?.id ?? late;
  tasks.push({ id: "zz.load", after: [...joined, last], pool: "main", durationMs: 300 });
  return { tasks: shuffled(tasks, random), pools: { main: 3 + Math.floor(random() * 5) } };
}

/** Chains side by side, short ones and long ones. */
function chains(random: Random) {
  const tasks: Draft[] = [];
  const count = 8 + Math.floor(random() * 10);
  for (let chain = 0; chain < count; chain += 1) {
    const start = idOf(tasks.length);
    tasks.push({ id: start, after: [], pool: "main", durationMs: duration(random) });
    addChain(tasks, start, Math.floor(random() ** 3 * 14), random);
  }
  return { tasks: shuffled(tasks, random), pools: { main: 3 + Math.floor(random() * 4) } };
}

function addChain(tasks: Draft[], from: string, length: number, random: Random): void {
  let before = from;
  for (let link = 0; link < length; link += 1) {
    const id = idOf(tasks.length);
    tasks.push({ id, after: [before], pool: "main", durationMs: duration(random) });
    before = id;
  }
}

/** The names say nothing of the order in which tasks are best done. */
function shuffled(tasks: readonly Draft[], random: Random): readonly Draft[] {
  const numbers = tasks.map((_, index) => index);
  for (let index = numbers.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [numbers[index], numbers[other]] = [numbers[other] ?? 0, numbers[index] ?? 0];
  }
  const renamed = new Map(tasks.map(({ id }, index) => [id, idOf(numbers[index] ?? 0)] as const));
  const nameOf = (id: string) => renamed.get(id) ?? id;
  return tasks.map((task) => ({
    ...task,
    id: nameOf(task.id),
    after: task.after.map(nameOf).sort(),
  }));
}

type Models = Readonly<Record<string, readonly string[]>>;

/** The models of `examples/drifting-shop`; names with `raw.` are sources. */
const shopModels: Models = {
  catalog: ["raw.products"],
  daily_units: ["raw.orders"],
  margin_by_category: ["catalog", "order_lines"],
  order_lines: ["raw.orders"],
  region_shares: ["revenue_by_region"],
  revenue_by_region: ["order_lines", "raw.customers"],
};

/** The models of `examples/flights`. */
const flightsModels: Models = {
  airport_places: ["raw.airports"],
  bird_strikes_by_state: ["airport_places", "raw.birdstrikes", "route_delays", "states"],
  daily_delays: ["airport_places", "departures"],
  departures: ["raw.flights"],
  route_delays: ["departures"],
  route_shift: ["raw.routes_2008", "route_delays"],
  sample_bias: ["departures", "raw.flights_200k", "raw.flights_5k"],
  seattle_by_month: ["departures", "raw.seattle_normals", "raw.weather"],
  states: ["raw.state_capitals", "raw.zipcodes"],
  worst_routes: ["airport_places", "route_delays"],
};

/** The tasks of a project as the template expands them, in the pools that it has by default. */
function project(random: Random, models: Models) {
  const tasks: Draft[] = [];
  const add = (id: string, after: readonly string[], pool: string) => {
    tasks.push({ id, after: [...after].sort(), pool, durationMs: duration(random) });
  };
  const inputs = new Set(Object.values(models).flat());
  for (const input of inputs) {
    if (!input.startsWith("raw.")) continue;
    const source = input.slice("raw.".length);
    add(`${source}.extract`, [], "extract");
    add(`${source}.load`, [`${source}.extract`], "warehouse");
    add(`${source}.verify`, [`${source}.load`], "warehouse");
  }
  for (const [model, reads] of Object.entries(models)) {
    const after = reads.map((read) =>
      read.startsWith("raw.") ? `${read.slice("raw.".length)}.load` : `${read}.transform`,
    );
    add(`${model}.transform`, after, "warehouse");
    add(`${model}.check`, [`${model}.transform`], "warehouse");
  }
  return { tasks, pools: { extract: 4, warehouse: 2 } };
}
