/**
 * Where a fault strikes. Chances are counted from the start of a cycle, so that a schedule says
 * `the third commit of cycle 2` and means the same whenever it is played again.
 *
 * - cycle:   at some instant of a cycle;
 * - phase:   a process goes from one part of its work to the next;
 * - attempt: an attempt begins;
 * - commit:  an attempt is about to commit;
 * - report:  an attempt's end is on its way to the machine;
 * - timer:   a timer goes off;
 * - turn:    events are about to be written down;
 * - durable: events have been written down, and nothing of what follows has begun;
 * - signal:  a signal is on its way.
 */
export type FaultSite =
  | "cycle"
  | "phase"
  | "attempt"
  | "commit"
  | "report"
  | "timer"
  | "turn"
  | "durable"
  | "signal";

/** Every kind of fault with where it strikes, how often it is drawn, and what happens. */
export const faultKinds = {
  "task-error": { site: "attempt", weight: 4, what: "a task fails and may be tried again" },
  "task-refused": { site: "attempt", weight: 2, what: "a task fails for good" },
  hang: { site: "attempt", weight: 2, what: "a task hangs until it is told to end" },
  "deaf-hang": { site: "attempt", weight: 1, what: "a task hangs, and ends when it likes" },
  "slow-task": { site: "attempt", weight: 3, what: "a task takes twenty times as long" },
  "changed-while-read": { site: "attempt", weight: 2, what: "a source changes while it is read" },
  "half-read": { site: "attempt", weight: 2, what: "a source gives fewer rows than it promised" },
  "out-of-memory": { site: "attempt", weight: 2, what: "the process is killed for its memory" },
  "staging-full": { site: "attempt", weight: 2, what: "no space is left for staged files" },
  "staged-files-gone": { site: "attempt", weight: 1, what: "staged files are deleted" },
  "crash-before-commit": { site: "commit", weight: 2, what: "the process dies before a commit" },
  "crash-after-commit": { site: "commit", weight: 4, what: "the process dies after a commit" },
  zombie: { site: "commit", weight: 4, what: "a process taken for dead commits late" },
  "commit-refused": { site: "commit", weight: 2, what: "the warehouse refuses a commit once" },
  "warehouse-full": { site: "commit", weight: 2, what: "the warehouse has no space left" },
  "slow-commit": { site: "commit", weight: 2, what: "a commit takes minutes" },
  "lost-report": { site: "report", weight: 3, what: "the end of an attempt is never heard of" },
  "doubled-report": { site: "report", weight: 2, what: "the end of an attempt is told twice" },
  "late-report": { site: "report", weight: 2, what: "the end of an attempt is told late" },
  "stray-report": { site: "report", weight: 2, what: "an old attempt tells another end later" },
  "doubled-timer": { site: "timer", weight: 1, what: "a timer goes off twice" },
  "late-timer": { site: "timer", weight: 1, what: "a timer goes off late" },
  "crash-before-durable": {
    site: "turn",
    weight: 3,
    what: "the process dies with events unwritten",
  },
  "journal-full": { site: "turn", weight: 2, what: "the disk is full where events are written" },
  "slow-journal": { site: "turn", weight: 2, what: "writing events down takes seconds" },
  "crash-after-durable": {
    site: "durable",
    weight: 3,
    what: "the process dies with events written and nothing done",
  },
  "crash-in-phase": { site: "phase", weight: 3, what: "the process dies outside of its run" },
  "second-process": { site: "cycle", weight: 2, what: "a second process is started" },
  takeover: { site: "cycle", weight: 3, what: "a living process is taken for dead" },
  "no-resume": { site: "cycle", weight: 2, what: "after a crash a new run is started" },
  cancel: { site: "cycle", weight: 1, what: "somebody cancels the run" },
  "clock-forward": { site: "cycle", weight: 1, what: "the clock jumps forward" },
  "clock-back": { site: "cycle", weight: 1, what: "the clock jumps back" },
  "connection-down": { site: "cycle", weight: 2, what: "all sources of a connection are away" },
  "source-missing": { site: "cycle", weight: 3, what: "a source is gone" },
  "source-flaps": { site: "cycle", weight: 2, what: "a source comes and goes" },
  "source-late": { site: "cycle", weight: 2, what: "what is new in a source comes late" },
  "false-alarm": { site: "cycle", weight: 2, what: "a source says that it changed, and did not" },
  "schema-drift": { site: "cycle", weight: 2, what: "a source gets another column" },
  "poison-rows": { site: "cycle", weight: 2, what: "rows come that fit in no table" },
  "burst-of-changes": { site: "cycle", weight: 2, what: "a source changes while a cycle runs" },
  "source-appears": { site: "cycle", weight: 1, what: "a source is declared that was not" },
  "source-vanishes": { site: "cycle", weight: 1, what: "a source is not declared any more" },
  override: { site: "cycle", weight: 4, what: "somebody overrides a subject for a while" },
  "tier-changes": { site: "cycle", weight: 2, what: "a subject gets another tier" },
  pressure: { site: "cycle", weight: 3, what: "the machine runs short of something" },
  "circuit-opens": { site: "cycle", weight: 2, what: "a connection is to be left alone" },
  news: { site: "cycle", weight: 3, what: "somebody says that a source is late, back or changed" },
  "lost-signal": { site: "signal", weight: 2, what: "a signal never arrives" },
  "doubled-signal": { site: "signal", weight: 2, what: "a signal arrives twice" },
  "late-signal": { site: "signal", weight: 2, what: "a signal arrives after later ones" },
  "table-lost": { site: "cycle", weight: 1, what: "somebody drops a table" },
} as const satisfies Readonly<
  Record<string, { readonly site: FaultSite; readonly weight: number; readonly what: string }>
>;

export type FaultKind = keyof typeof faultKinds;

/** One fault of a schedule. */
export interface Fault {
  readonly kind: FaultKind;
  /** Counting from 0. */
  readonly cycle: number;
  /** Which chance of its site in that cycle, counting from 0. */
  readonly nth: number;
  /** From 0 to 1: how long, how much, how late, or which source. */
  readonly size: number;
}

/** The kinds that strike at a site. */
export type KindAt<S extends FaultSite> = {
  readonly [K in FaultKind]: (typeof faultKinds)[K]["site"] extends S ? K : never;
}[FaultKind];

/** A fault that strikes at a site. */
export type FaultAt<S extends FaultSite> = Fault & { readonly kind: KindAt<S> };

/** Whether a fault strikes at a site. */
export function strikesAt<S extends FaultSite>(fault: Fault, site: S): fault is FaultAt<S> {
  return faultKinds[fault.kind].site === site;
}

/** All kinds, in the order of the table. */
export const allFaultKinds: readonly FaultKind[] = Object.keys(faultKinds).filter(isFaultKind);

function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(faultKinds, name);
}
