import type { ServeEvent } from "./serve-event.ts";

/** How signals are taken in by HTTP; what is absent is as `sluice.yaml` says. */
export interface HttpOptions {
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port?: number;
  /** Whether it may be an address that other machines reach. */
  readonly isExposed?: boolean;
  /** Makes another token in the place of the one that was made before. */
  readonly isNewToken?: boolean;
}

/** How a project is served. */
export interface ServeOptions {
  /** Waits for the project where another process holds it, instead of refusing. */
  readonly isStandby?: boolean;
  /** How long cycles may take to finish once the signal fires; then they are rolled back. */
  readonly graceMs?: number;
  /** Where signals are taken in by HTTP; `null`: nowhere. */
  readonly http?: HttpOptions | null;
  /** Fires when it is to end. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ServeEvent) => void;
}

/** The part of a project that serves it for as long as nobody ends it. */
export interface ServeDesk {
  /**
   * Runs a cycle whenever one is due: by a cadence or timetable, when a watched source changes, and
   * when a signal arrives. Fulfilled when its signal has fired and all has ended.
   * @throws CATALOG_LOCKED when another process holds the project, FENCED_OUT when one took it over, GATEWAY_FAILED
   */
  serve(options?: ServeOptions): Promise<void>;
}
