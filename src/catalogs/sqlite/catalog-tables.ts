import type { Generated } from "kysely";
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
  readonly signals: {
    readonly seq: Generated<number>;
    readonly source: string;
    readonly id: string;
    readonly event: string;
    readonly received_at: number;
    readonly taken_by: string | null;
    readonly taken_at: number | null;
  };
  /** One row: how often the catalog was opened for writing. */
  readonly epoch: { readonly one: 1; readonly value: number };
}
