import { signalToCloudEvent } from "../../core/signals/signal-event.ts";
import { assert } from "../../core/std/assert.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { OperatingError, toOperatingError } from "../../errors/operating-error.ts";
import type { Catalog } from "../../ports/catalog.ts";
import { connectionsOf } from "../connections.ts";
import type { Cycle } from "../cycle.ts";
import type { CycleFocus } from "../cycle-focus.ts";
import { validProject } from "../load-project.ts";
import type { Parts } from "../parts.ts";
import { resumeRuns, runNewCycle } from "../run-cycle.ts";
import { SharedSlots } from "../shared-slots.ts";
import type { RunReport } from "../sluice-project.ts";
import type { Workshop } from "../workshop.ts";
import { Backoff } from "./backoff.ts";
import type { FeedPlace } from "./cycle-feed.ts";
import { InboxWatch } from "./inbox-watch.ts";
import { KnownProject } from "./known-project.ts";
import { OpenCycle } from "./open-cycle.ts";
import { outcomeOf, wholeProject } from "./outcome.ts";
import type { ServeEvent } from "./serve-event.ts";
import { shareTrigger, subjectsOf, tellCycles } from "./share-trigger.ts";
import { SharedWarehouse } from "./shared-warehouse.ts";
import { SourceWatch } from "./source-watch.ts";
import { type Trigger, triggerOf } from "./trigger.ts";
import { TriggerQueue } from "./trigger-queue.ts";
import { waitFor } from "./wait-for.ts";

/** How often the inbox and the timetables are looked at. */
const tickMs = 250;

/** What a server works for. */
export interface ServerOptions {
  /** Fires when it is to end. */
  readonly signal: AbortSignal;
  /** How long cycles that go on may then take to finish. */
  readonly graceMs: number;
  readonly onEvent: (event: ServeEvent) => void;
}

/**
 * Serves a project that this process has the right to write to: sees what is due, and gives it a
 * cycle, beside others where they have nothing in common. Holds the catalog for as long as it
 * lives, and the warehouse only while something runs.
 */
export class Server {
  readonly #parts: Parts;
  readonly #catalog: Catalog;
  readonly #options: ServerOptions;
  readonly #known = new KnownProject();
  readonly #queue = new TriggerQueue();
  readonly #cycles = new Map<number, OpenCycle>();
  readonly #running = new Set<Promise<void>>();
  readonly #warehouse = new SharedWarehouse();
  readonly #backoff = new Backoff();
  readonly #slots = new SharedSlots();
  readonly #sources: SourceWatch;
  readonly #inbox: InboxWatch;
  /** Cancels the cycles that go on. */
  readonly #cancelling = new AbortController();
  /** Ends the wait for the next tick. */
  #wake = new AbortController();
  #cyclesStarted = 0;
  #hasBegun = false;
  #failure: OperatingError | null = null;

  constructor(parts: Parts, catalog: Catalog, options: ServerOptions) {
    this.#parts = parts;
    this.#catalog = catalog;
    this.#options = options;
    this.#sources = new SourceWatch(parts, catalog, this.#known);
    this.#inbox = new InboxWatch(catalog, this.#known);
    options.signal.addEventListener("abort", () => this.wake());
  }

  /** Looks now for what is due, without waiting for the next tick. */
  wake(): void {
    this.#wake.abort();
  }

  /** Whether what is due gets its cycle. */
  isReady(): boolean {
    return this.#hasBegun && !this.#isEnding();
  }

  /** Serves until it is asked to end. @throws what makes it impossible to go on, once all has ended */
  async live(): Promise<void> {
    try {
      await this.#begin();
      while (!this.#isEnding()) {
        await this.#tick();
        await this.#nextTick();
      }
    } catch (error) {
      this.#fail(error);
    }
    await this.#end();
    if (this.#failure !== null) throw this.#failure;
  }

  #isEnding(): boolean {
    return this.#options.signal.aborted || this.#failure !== null;
  }

  /** What was interrupted goes on first; then all is looked at. */
  async #begin(): Promise<void> {
    const { clock } = this.#parts;
    const loaded = validProject(await this.#parts.loadProject());
    await this.#known.load(loaded, this.#catalog, clock.now());
    await this.#inbox.begin(clock.now());
    const all = triggerOf("start", null);
    const isInterrupted = (await this.#catalog.runs(1))[0]?.status === "running";
    if (isInterrupted) this.#open(all, this.#known.graph.subjects, () => this.#resume());
    this.#queue.add(all);
    this.#hasBegun = true;
  }

  async #resume(): Promise<void> {
    const reports = await this.#inWorkshop((workshop) =>
      resumeRuns(workshop, { signal: this.#cancelling.signal }),
    );
    for (const { run } of reports) {
      this.#tell({ type: "RunResumed", at: this.#parts.clock.now(), run: run.id });
    }
  }

  async #tick(): Promise<void> {
    const now = this.#parts.clock.now();
    for (const arrived of await this.#inbox.arrived(now)) {
      const subjects = subjectsOf(arrived.signal, this.#known.graph);
      tellCycles(arrived, subjects, this.#cycles.values());
      if (subjects.length > 0) this.#queue.add(triggerOf("signal", subjects, [arrived]));
    }
    for (const trigger of this.#known.due(now)) this.#queue.add(trigger);
    for (const trigger of this.#sources.seen()) this.#queue.add(trigger);
    this.#sources.look(now, this.#cancelling.signal, () => this.wake());
    this.#dispatch();
  }

  async #nextTick(): Promise<void> {
    if (this.#isEnding()) return;
    await waitFor(this.#parts.clock, tickMs, this.#wake.signal);
    this.#wake = new AbortController();
  }

  #dispatch(): void {
    for (;;) {
      const next = this.#queue.next([...this.#cycles.values()], this.#known.graph);
      if (next === null) return;
      if (next.do === "start") {
        this.#open(next.trigger, next.subjects, (cycle) => this.#run(cycle));
      } else this.#share(next.trigger, next.cycle);
    }
  }

  /** What the work throws is the cycle's outcome, or ends the server. */
  #open(
    trigger: Trigger,
    subjects: ReadonlySet<string>,
    work: (cycle: OpenCycle) => Promise<void>,
  ): void {
    this.#cyclesStarted += 1;
    const cycle = new OpenCycle(
      this.#cyclesStarted,
      { trigger, subjects },
      this.#placeOf(() => cycle),
    );
    this.#cycles.set(cycle.id, cycle);
    const running = work(cycle)
      .catch((error: unknown) => this.#cycleFailed(cycle, toOperatingError(error)))
      .finally(() => {
        this.#cycles.delete(cycle.id);
        for (const signal of cycle.unanswered) {
          const late = subjectsOf(signal, this.#known.graph);
          if (late.length > 0) this.#queue.add(triggerOf("signal", late));
        }
        this.#running.delete(running);
        this.wake();
      });
    this.#running.add(running);
  }

  async #run(cycle: OpenCycle): Promise<void> {
    const startedAt = this.#parts.clock.now();
    const report = await this.#inWorkshop(async (workshop) => {
      await this.#known.load(workshop.loaded, this.#catalog, startedAt);
      return await runNewCycle(workshop, this.#requestFor(cycle));
    });
    this.#finish(cycle, report, startedAt);
  }

  #requestFor(cycle: OpenCycle) {
    const taken = new Set(cycle.trigger.signals.map(({ seq }) => seq));
    return {
      focus: this.#focusOf(cycle),
      signal: this.#cancelling.signal,
      feedOf: () => cycle.feed,
      takes: (seq: number) => cycle.isWhole || taken.has(seq),
      onDecided: ({ harvest }: Cycle) => {
        this.#known.learn(harvest, this.#parts.clock.now());
      },
      onPlan: (plan: Parameters<OpenCycle["plan"]>[0], run: string) => {
        cycle.plan(plan, run);
        this.#tell({
          ...{ type: "CycleStarted", at: this.#parts.clock.now(), run },
          causes: [...cycle.trigger.causes],
          subjects: cycle.isWhole ? null : cycle.subjects.size,
          toRun: plan.summary.active,
        });
      },
      onEvent: (event: Parameters<OpenCycle["follow"]>[0]) => {
        cycle.follow(event);
        this.#refuseTwice(cycle);
      },
    };
  }

  #focusOf(cycle: OpenCycle): CycleFocus | null {
    if (cycle.isWhole) return null;
    const { subjects } = cycle;
    const discovering = this.#known.discoveringFor(cycle.trigger.subjects ?? subjects);
    return { subjects, discovering, known: this.#known.profiles };
  }

  /** The places of cycles keep this from happening; if they did not, it must end here. */
  #refuseTwice(cycle: OpenCycle): void {
    for (const other of this.#cycles.values()) {
      if (other === cycle) continue;
      for (const subject of cycle.begun) {
        const isTwice =
          other.begun.has(subject) && !other.done.has(subject) && !cycle.done.has(subject);
        assert(
          !isTwice,
          `${subject} runs in ${cycle.run ?? "?"} and in ${other.run ?? "?"} at once`,
        );
      }
    }
  }

  #share(trigger: Trigger, id: number): void {
    const cycle = this.#cycles.get(id);
    assert(cycle?.run !== undefined && cycle.run !== null, "a cycle that is shared is decided");
    shareTrigger(trigger, cycle, {
      graph: this.#known.graph,
      at: this.#parts.clock.now(),
      newId: () => `${cycle.run}-${this.#parts.random.uint32().toString(36)}`,
    });
    this.#tell({
      ...{ type: "CycleShared", at: this.#parts.clock.now(), run: cycle.run },
      causes: [...trigger.causes],
      subjects: [...(trigger.subjects ?? [])],
    });
  }

  #placeOf(cycle: () => OpenCycle): FeedPlace {
    const { clock, catalogs } = this.#parts;
    return {
      taken: async (seq) => {
        await this.#catalog.takeSignals([seq], cycle().run ?? "", clock.now());
      },
      send: async (signal) => {
        const path = this.#parts.catalogPath(this.#known.loaded.project.settings);
        await using inbox = await catalogs.openInbox(path);
        const { source, id } = signal;
        await inbox.send([{ source, id, event: signalToCloudEvent(signal) }], clock.now());
      },
    };
  }

  #finish(cycle: OpenCycle, { run }: RunReport, startedAt: EpochMs): void {
    const at = this.#parts.clock.now();
    const outcome = outcomeOf(run.tasks, cycle.isWhole);
    const isCancelled = run.status === "cancelled";
    const retryAt = isCancelled ? null : this.#backoff.note(outcome, at);
    if (retryAt !== null) this.#known.remind(retryAt, triggerOf("retry", outcome.failed));
    this.#tell({
      ...{ type: "CycleFinished", at, run: run.id, status: run.status, retryAt },
      causes: [...cycle.trigger.causes],
      durationMs: at - startedAt,
      ...outcome.tasks,
    });
  }

  #cycleFailed(cycle: OpenCycle, error: OperatingError): void {
    if (error.code === "CANCELLED" && this.#cancelling.signal.aborted) return;
    if (isFatal(error)) {
      this.#fail(error);
      return;
    }
    const at = this.#parts.clock.now();
    const subjects = cycle.trigger.subjects ?? [wholeProject];
    const retryAt = this.#backoff.note({ failed: subjects, succeeded: [] }, at) ?? at;
    this.#known.remind(retryAt, { ...cycle.trigger, causes: new Set(["retry"]) });
    const { code, message, hint = null } = error;
    this.#tell({
      ...{ type: "CycleFailed", at, code, message, hint, retryAt },
      causes: [...cycle.trigger.causes],
    });
  }

  async #inWorkshop<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
    const parts = this.#parts;
    const loaded = validProject(await parts.loadProject());
    const { project } = loaded;
    await using lease = await this.#warehouse.lease(() => parts.openWarehouse(project));
    await using connections = connectionsOf(project, parts);
    return await work({
      ...{ parts, loaded, catalog: this.#catalog, connections, warehouse: lease.warehouse },
      staging: parts.openStaging(project),
      slots: this.#slots,
      isAlone: () => this.#cycles.size <= 1,
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= toOperatingError(error);
    this.wake();
  }

  /** Lets what goes on finish, for as long as the grace lasts; then it is rolled back. */
  async #end(): Promise<void> {
    const { graceMs, onEvent } = this.#options;
    const { clock } = this.#parts;
    onEvent({ type: "Stopping", at: clock.now(), cycles: this.#running.size, graceMs });
    const ended = new AbortController();
    const all = Promise.all(this.#running).then(() => ended.abort());
    if (this.#failure === null) await waitFor(clock, graceMs, ended.signal);
    this.#cancelling.abort(new OperatingError("CANCELLED", "The server was asked to end."));
    await all;
    await this.#sources.settled();
  }

  #tell(event: ServeEvent): void {
    this.#options.onEvent(event);
  }
}

/** Nothing that this process does can mend these: whoever watches it must know. */
function isFatal({ code }: OperatingError): boolean {
  return code === "FENCED_OUT" || code === "INTERNAL" || code.startsWith("CATALOG_");
}
