import type { RunStatus } from "../../core/run/run-event.ts";

/** The catalog's tables as the newest migration leaves them; JSON is kept as text. */
export interface CatalogTables {
  readonly objects: { readonly id: string; readonly value: string };
  readonly runs: {
    readonly id: string;
    readonly started_at: number;
    readonly finished_at: number | null;
    readonly status: RunStatus;
    readonly blueprint: string;
    readonly decision: string;
  };
  readonly run_events: { readonly run: string; readonly seq: number; readonly event: string };
  readonly notes: { readonly kind: string; readonly name: string; readonly value: string };
}
