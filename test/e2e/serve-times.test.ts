import { describe, expect, onTestFinished, test } from "vitest";
import { partsOf } from "../../src/app/open-project.ts";
import { openSluiceProject } from "../../src/engine/open-sluice-project.ts";
import type { ServeEvent } from "../../src/engine/serve/serve-event.ts";
import type { SluiceProject } from "../../src/index.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: time alone makes things due, and nothing else does. Method: a real project whose clock stands
// still until it is moved.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** At least as long as a serving process waits between two looks. */
const lookMs = 250;
/** The day before clocks are put forward in Berlin, at 01:00 UTC. */
const start = Date.UTC(2026, 2, 28, 12);

const files = {
  "sluice.yaml": "project: shop\n",
  "connections/files.yaml": connection(""),
  "models/revenue.sql": "SELECT sum(n) AS n FROM raw.orders\n",
  "data/orders.csv": "n\n1\n",
};

function connection(source: string): string {
  return `connection: files
type: file
options: { root: data }
watch: never
sources: [{ name: orders, path: orders.csv${source} }]
`;
}

interface Scene {
  readonly folder: string;
  readonly project: SluiceProject;
  readonly clock: ManualClock;
  readonly events: readonly ServeEvent[];
  /** The next event of this type. */
  next<T extends ServeEvent["type"]>(type: T): Promise<Extract<ServeEvent, { type: T }>>;
  /** Moves the clock on to an instant and a look later, when what was due has been seen to. */
  moveTo(at: number): Promise<void>;
}

async function serving(changes: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const folder = temporaryFolder();
  writeFiles(folder.path, { ...files, ...changes });
  const clock = new ManualClock(start);
  const project = openSluiceProject({ ...partsOf(folder.path, {}), clock });
  const stop = new AbortController();
  const events: ServeEvent[] = [];
  const served = project.serve({
    ...{ http: null, graceMs: 0, signal: stop.signal },
    onEvent: (event) => events.push(event),
  });
  onTestFinished(async () => {
    stop.abort();
    await served;
    folder[Symbol.dispose]();
  });
  let seen = 0;
  const scene: Scene = {
    ...{ folder: folder.path, project, clock, events },
    next: async (type) => {
      const isIt = (event: ServeEvent): event is Extract<ServeEvent, { type: typeof type }> =>
        event.type === type;
      await until(() => events.slice(seen).some(isIt));
      const found = events.findIndex((event, at) => at >= seen && event.type === type);
      seen = found + 1;
      const event = events[found];
      if (event === undefined || !isIt(event)) throw new Error(`no ${type}`);
      return event;
    },
    moveTo: async (at) => {
      // Each move lets one look begin, if the one before has ended.
      for (const spanMs of [at - clock.now(), lookMs]) {
        await until(() => clock.timers > 0);
        clock.advance(spanMs);
      }
      await until(() => clock.timers > 0);
    },
  };
  await scene.next("CycleFinished");
  return scene;
}

/** Lets everything else go on until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

const cyclesIn = ({ events }: Scene) => events.filter(({ type }) => type === "CycleStarted").length;

describe("a cycle is due", () => {
  test("by a timetable, once, also where its time does not exist", async () => {
    const schedule = ', schedule: { cron: "30 2 * * *", zone: Europe/Berlin }';
    const scene = await serving({ "connections/files.yaml": connection(schedule) });
    await scene.moveTo(Date.UTC(2026, 2, 29, 0, 59, 59));
    expect(cyclesIn(scene)).toBe(1);
    await scene.moveTo(Date.UTC(2026, 2, 29, 1));
    expect(await scene.next("CycleFinished")).toMatchObject({ causes: ["timetable"] });
    await scene.moveTo(Date.UTC(2026, 2, 30, 0, 29, 59));
    expect(cyclesIn(scene)).toBe(2);
    // Nobody looked for three days: what passed meanwhile is due once.
    await scene.moveTo(Date.UTC(2026, 3, 2, 12));
    expect(await scene.next("CycleFinished")).toMatchObject({ causes: ["timetable"] });
    await scene.moveTo(Date.UTC(2026, 3, 2, 13));
    expect(cyclesIn(scene)).toBe(3);
  });

  test("by a timetable of a model, with what it reads", async () => {
    const schedule = "/* sluice { schedule: { cron: 0 * * * * } } */\n";
    const scene = await serving({
      "models/revenue.sql": `${schedule}${files["models/revenue.sql"]}`,
    });
    writeFiles(scene.folder, { "data/orders.csv": "n\n2\n" });
    await scene.moveTo(start + hourMs);
    const { run } = await scene.next("CycleFinished");
    const { run: shown } = await scene.project.show(run);
    expect(shown.tasks.find(({ id }) => id === "orders.load")).toMatchObject({
      status: "succeeded",
    });
  });

  test("by a cadence, counted from the last look", async () => {
    const scene = await serving({ "connections/files.yaml": connection(", cadence: 1h") });
    await scene.moveTo(start + hourMs - 1_000);
    expect(cyclesIn(scene)).toBe(1);
    await scene.moveTo(start + hourMs);
    expect(await scene.next("CycleFinished")).toMatchObject({ causes: ["cadence"] });
    await scene.moveTo(start + 2 * hourMs - 1_000);
    expect(cyclesIn(scene)).toBe(2);
    await scene.moveTo(start + 2 * hourMs);
    expect(await scene.next("CycleFinished")).toMatchObject({ causes: ["cadence"] });
  });

  test("by a signal, and when what it said has ended by itself", async () => {
    const scene = await serving();
    const data = { by: "ada", why: "stocktaking", until: start + 6 * hourMs };
    await scene.project.sendSignal({ type: "override.freeze", subject: "orders", data });
    writeFiles(scene.folder, { "data/orders.csv": "n\n3\n" });
    await scene.moveTo(start + minuteMs);
    const frozen = await scene.next("CycleFinished");
    expect(frozen).toMatchObject({ causes: ["signal"], succeeded: 0 });
    await scene.moveTo(start + 6 * hourMs - 1_000);
    expect(cyclesIn(scene)).toBe(2);
    await scene.moveTo(start + 6 * hourMs);
    expect(await scene.next("CycleFinished")).toMatchObject({ causes: ["expired"] });
    expect((await scene.project.signals()).signals).toMatchObject([{ state: "expired" }]);
    expect((await scene.project.sample({ schema: "main", name: "revenue" }, 1)).rows).toEqual([
      [3],
    ]);
  });

  test("again after one that failed, as soon as the files are right and its time has come", async () => {
    const scene = await serving({ "connections/files.yaml": connection(", cadence: 1h") });
    writeFiles(scene.folder, { "connections/files.yaml": "connection: [\n" });
    await scene.moveTo(start + hourMs);
    const { code, at, retryAt } = await scene.next("CycleFailed");
    expect([code, retryAt]).toEqual(["PROJECT_INVALID", at + 30_000]);
    writeFiles(scene.folder, { "connections/files.yaml": connection(", cadence: 1h") });
    await scene.moveTo(retryAt);
    expect(await scene.next("CycleFinished")).toMatchObject({
      causes: ["retry"],
      status: "succeeded",
    });
  });
});
