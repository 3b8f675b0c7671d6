import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Staged } from "./gate-load.ts";
import type { Quarantine } from "./quarantine.ts";
import { literal } from "./quote-duckdb.ts";

/** Rows of a load before any gate has set some of them aside. */
export interface ArrivedRows {
  readonly staged: Staged;
  readonly quarantine: Quarantine;
  /** The table of rows that could not be read, as SQL; `null` when there are none. */
  readonly bad: string | null;
  /** The load's place in its batch. */
  readonly index: number;
}

/** @throws SCHEMA_INCOMPATIBLE when a column that the strategy needs is not among those that came */
export function columnOf(
  { source, strategy }: Pick<LoadRequest, "source" | "strategy">,
  columns: readonly StagedColumn[],
  name: string,
): StagedColumn {
  const found = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `${source} has no column ${name}; ${strategy} needs it`,
    { hint: "Name a column that the source has." },
  );
}

/** The text of one field of a row that was kept as JSON; NULL where it was kept as it was written. */
export function rawField(raw: string, name: string): string {
  const path = literal(`$."${name.replaceAll('"', '\\"')}"`);
  return `CASE WHEN json_valid(${raw}) THEN json_extract_string(${raw}, ${path}) END`;
}
