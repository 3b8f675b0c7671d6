import type { ServeEvent } from "./serve-event.ts";

/** How a project is served. */
export interface ServeOptions {
  /** Waits for the project where another process holds it, instead of refusing. */
  readonly isStandby?: boolean;
  /** How long cycles may take to finish once the signal fires; then they are rolled back. */
  readonly graceMs?: number;
  /** Fires when it is to end. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ServeEvent) => void;
}

/** The part of a project that serves it for as long as nobody ends it. */
export interface ServeDesk {
  /**
   * Runs a cycle whenever one is due: by a cadence or timetable, when a watched source changes, and
   * when a signal arrives. Fulfilled when its signal has fired and all has ended.
   * @throws CATALOG_LOCKED when another process holds the project, FENCED_OUT when one took it over
   */
  serve(options?: ServeOptions): Promise<void>;
}
