import type { Standing } from "../core/signals/standing.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import type { CommittedOutput, Warehouse } from "../ports/warehouse.ts";
import type { Connections } from "./connections.ts";
import type { CycleNotes } from "./cycle-notes.ts";
import type { DriftNotes } from "./drift-notes.ts";
import type { ValidProject } from "./load-project.ts";
import type { StagingPlace } from "./stage-source.ts";

/** What a cycle starts from. */
export interface CycleStart {
  readonly loaded: ValidProject;
  readonly at: EpochMs;
  readonly notes: CycleNotes;
  /** By `schema.name`: the ledger's last word. */
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
  readonly connections: Connections;
  /** What is remembered of shapes. */
  readonly drift: DriftNotes;
  /** What signals say that holds, at the same instant. */
  readonly standing: Standing;
  /** Where analyses are kept; `null` while there is no catalog. */
  readonly catalog: CatalogReader | null;
  /** The same catalog where this cycle may write. */
  readonly writer: Catalog | null;
  /** Opens where staged rows can be looked at; `null` where there is no warehouse to open. */
  openProbing(): Promise<ProbingPlace | null>;
}

/** Where staged rows can be looked at before a decision. */
export interface ProbingPlace extends StagingPlace, AsyncDisposable {
  readonly warehouse: Warehouse;
}
