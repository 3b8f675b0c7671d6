import type { Capacity } from "../core/metadata/snapshot.ts";
import type { Project, ProjectSettings } from "../core/project/project.ts";
import type { Simulate } from "../core/scenarios/simulation-request.ts";
import type { CatalogStore } from "../ports/catalog.ts";
import type { Clock } from "../ports/clock.ts";
import type { Connector } from "../ports/connector.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { SignalGateway } from "../ports/signal-gateway.ts";
import type { LineageAnalyzer, SqlBinder } from "../ports/sql-analyzer.ts";
import type { Staging } from "../ports/staging.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import type { LoadedProject } from "./load-project.ts";

/** The implementations that an opened project works with: chosen in one place, outside the engine. */
export interface Parts {
  /** Absolute. */
  readonly folder: string;
  /** Reads and checks the project's files anew. */
  loadProject(): Promise<LoadedProject>;
  /** Reads sluice.yaml alone: all that history needs. @throws PROJECT_INVALID */
  readSettings(): Promise<ProjectSettings>;
  /** By type. */
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly catalogs: CatalogStore;
  /** @throws WAREHOUSE_LOCKED, WAREHOUSE_INVALID */
  openWarehouse(project: Project): Promise<Warehouse>;
  /** Whether there is a warehouse to open; a plan does not create one. */
  hasWarehouse(project: Project): Promise<boolean>;
  /** What takes signals in over the network. Loaded when a project is served. */
  openGateway(): Promise<SignalGateway>;
  openStaging(project: Project): Staging;
  /** A staging of its own for a look that leaves nothing behind. */
  openScratch(project: Project): Promise<Staging & AsyncDisposable>;
  /** What reads lineage off SQL. Heavy: opened where a change of schema is about, or lineage is asked for. */
  openLineageTools(): Promise<
    { readonly binder: SqlBinder; readonly analyzer: LineageAnalyzer } & AsyncDisposable
  >;
  /** The warehouse's own binder alone, which is far lighter. */
  openBinder(): Promise<SqlBinder>;
  /** Absolute path of the catalog's file. */
  catalogPath(settings: ProjectSettings): string;
  /** Bytes that are free where the project's files are. */
  freeBytes(): Promise<number>;
  /** The simulator: heavy, and only wanted where something is simulated. */
  openSimulator(): Promise<Simulate>;
  readonly capacity: Capacity;
  /** Bytes that this process holds now. */
  memoryInUse(): number;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
