import type { Catalog } from "../ports/catalog.ts";
import type { Staging } from "../ports/staging.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import type { Connections } from "./connections.ts";
import type { ValidProject } from "./load-project.ts";
import type { Parts } from "./parts.ts";
import type { SharedSlots } from "./shared-slots.ts";

/** What is open while a run goes on. One process owns all of it; several runs of it may share it. */
export interface Workshop {
  readonly parts: Parts;
  readonly loaded: ValidProject;
  readonly catalog: Catalog;
  readonly warehouse: Warehouse;
  readonly staging: Staging;
  readonly connections: Connections;
  /** Keeps pools over all runs that go on here; `null` where there is only one. */
  readonly slots: SharedSlots | null;
  /** Whether no other run works here now: what they still need must not be tidied away. */
  isAlone(): boolean;
}
