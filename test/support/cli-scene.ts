import type { CliEnvironment, CliStream, EndSignal } from "../../src/cli/cli-environment.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import type { SluiceProject } from "../../src/engine/sluice-project.ts";
import { OperatingError } from "../../src/errors/operating-error.ts";
import {
  agedPrune,
  brokenCheck,
  brokenDrill,
  flightsDiff,
  flightsDoctor,
  flightsRows,
  flightsRun,
  flightsRuns,
  flightsSources,
} from "./cli-reports.ts";
import { noon } from "./decide-fixture.ts";
import {
  answeredNegotiation,
  openNegotiation,
  quarantinedSales,
  quarantinedSalesRows,
  releasedSales,
  salesDrifts,
  salesNegotiations,
} from "./drift-reports.ts";
import { flightsImpact, flightsLineage } from "./lineage-reports.ts";
import { ManualClock } from "./manual-clock.ts";
import { flightsPlan } from "./plan-report.ts";
import { flightsSignals, sentFreeze } from "./signal-reports.ts";
import { lateOrders } from "./simulation-report.ts";

/** A stream that keeps what is written, and that may break after so many writes. */
export class KeptStream implements CliStream {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  text = "";
  #failure: NodeJS.ErrnoException | null = null;
  readonly #listeners: ((error: Error) => void)[] = [];

  constructor(isTTY = false, size = { columns: 100, rows: 30 }) {
    this.isTTY = isTTY;
    this.columns = size.columns;
    this.rows = size.rows;
  }

  /** From now on every write fails so. */
  break(code: string): void {
    this.#failure = Object.assign(new Error(`write ${code}`), { code });
  }

  write(text: string, written?: (error?: Error | null) => void): boolean {
    const failure = this.#failure;
    if (failure === null) this.text += text;
    else for (const listener of this.#listeners) listener(failure);
    written?.(failure);
    return failure === null;
  }

  on(_event: "error", listener: (error: Error) => void): unknown {
    this.#listeners.push(listener);
    return this;
  }
}

/** Reports by method; a method that a test does not name gives the report of the flights. */
export type ProjectReports = Partial<Omit<SluiceProject, "name" | "folder">>;

/** Values of a project, without any project behind them: for what the command line does with them. */
function projectOf(reports: ProjectReports): SluiceProject {
  const { run } = flightsRun();
  return {
    folder: "/project",
    check: async () => brokenCheck(),
    snapshot: async () => flightsSources(),
    plan: async () => flightsPlan(),
    run: async () => ({ run }),
    prune: async ({ isTrial = false } = {}) => agedPrune(isTrial),
    runs: async (limit = 20) => flightsRuns().slice(0, limit),
    show: async () => ({ run }),
    why: async (task) => ({ task, state: "active", reason: "new", chain: [], assessment: null }),
    diff: async () => flightsDiff(),
    replay: async (id) => ({
      run: id ?? run.id,
      blueprint: run.blueprint,
      recomputed: run.blueprint,
      identical: true,
      revisions: [],
    }),
    doctor: async () => flightsDoctor(),
    simulate: async (scenario) => ({ ...lateOrders(), scenario }),
    drifts: async () => salesDrifts(),
    negotiations: async () => salesNegotiations(),
    negotiation: async () => openNegotiation(),
    respond: async (_id, { answer, route, by, reason }) =>
      answeredNegotiation({ answer, route, by, reason, at: noon }),
    quarantined: async () => quarantinedSales(),
    quarantinedRows: async (source, limit = 20) => ({
      ...quarantinedSalesRows(),
      source,
      rows: quarantinedSalesRows().rows.slice(0, limit),
    }),
    releaseQuarantined: async (source) => ({ ...releasedSales(), source }),
    lineage: async () => flightsLineage(),
    impact: async () => flightsImpact(),
    sendSignal: async () => sentFreeze(),
    signals: async () => flightsSignals(),
    serve: async () => undefined,
    sample: async () => flightsRows(),
    [Symbol.asyncDispose]: async () => undefined,
    ...reports,
  };
}

export interface CliScene {
  readonly reports?: ProjectReports;
  readonly openProject?: CliEnvironment["openProject"];
  readonly variables?: Readonly<Record<string, string>>;
  readonly isStdoutTerminal?: boolean;
  readonly isStderrTerminal?: boolean;
  readonly stdout?: KeptStream;
  /** Texts of files by the path that is typed. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What a command line left behind. */
export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The code with which the process was ended at once, if it was. */
  readonly exited: number | null;
}

/** A command line that is under way. */
export interface StartedCli {
  readonly ended: Promise<CliOutcome>;
  readonly clock: ManualClock;
  send(signal: EndSignal): void;
  /** Whether a signal would reach a command. */
  isListening(): boolean;
  /** See `CliOutcome.exited`. */
  exited(): number | null;
}

/** Starts a command line in an environment of values. */
export function startCli(argv: readonly string[], scene: CliScene = {}): StartedCli {
  const stdout = scene.stdout ?? new KeptStream(scene.isStdoutTerminal);
  const stderr = new KeptStream(scene.isStderrTerminal);
  const clock = new ManualClock(noon);
  const listeners = new Set<(signal: EndSignal) => void>();
  let exited: number | null = null;
  const environment: CliEnvironment = {
    version: "1.2.3",
    stdout,
    stderr,
    variables: scene.variables ?? {},
    clock,
    openProject: scene.openProject ?? (async () => projectOf(scene.reports ?? {})),
    initProject: async (folder) => ({ folder: `/made/${folder}`, files: ["sluice.yaml"] }),
    drill: async ({ onDrill, seed }) => {
      onDrill("kill 3 times");
      return brokenDrill(seed);
    },
    writeSchemas: async () => ({ folder: "/project/.sluice", files: ["rules.json"] }),
    writeNewFile: async () => {},
    readTextFile: async (path) => {
      const text = scene.files?.[path];
      if (text !== undefined) return text;
      throw new OperatingError("NOT_FOUND", `There is no file ${path}`);
    },
    lineageOfQuery: async ({ sql }) => ({ columns: [], uses: [], unresolved: [sql] }),
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => {
      exited ??= code;
    },
  };
  const ended = runCli(argv, environment).then((code) => ({
    code,
    stdout: stdout.text,
    stderr: stderr.text,
    exited,
  }));
  return {
    ended,
    clock,
    send: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    isListening: () => listeners.size > 0,
    exited: () => exited,
  };
}

/** Runs a command line to its end in an environment of values. */
export function cli(argv: readonly string[], scene: CliScene = {}): Promise<CliOutcome> {
  return startCli(argv, scene).ended;
}

/** Waits as a cancelled run does: until the signal fires, and then fails with its reason. */
export function untilCancelled(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = () => reject(new OperatingError("CANCELLED", "The run was cancelled."));
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel);
  });
}
