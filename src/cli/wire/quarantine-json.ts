import type { QuarantineRowsReport } from "../../engine/quarantine-report.ts";
import type { QuarantinedRow, QuarantineSummary } from "../../ports/quarantine.ts";
import { isoInstant } from "../text/quantity.ts";

/** One source of `sluice quarantine list --json`. */
export interface QuarantineJson extends Pick<QuarantineSummary, "source" | "rows" | "reasons"> {
  readonly firstAt: string;
  readonly lastAt: string;
}

/** What `sluice quarantine show --json` prints. */
export interface QuarantinedRowsJson {
  readonly source: string;
  readonly rowsTotal: number;
  readonly rows: readonly (Omit<QuarantinedRow, "at"> & { readonly at: string })[];
}

/** The JSON form of what is in quarantine of one source. */
export function quarantineJson(summary: QuarantineSummary): QuarantineJson {
  const { source, rows, reasons, firstAt, lastAt } = summary;
  return { source, rows, reasons, firstAt: isoInstant(firstAt), lastAt: isoInstant(lastAt) };
}

/** The JSON form of rows that were set aside. */
export function quarantinedRowsJson(report: QuarantineRowsReport): QuarantinedRowsJson {
  const { source, rowsTotal, rows } = report;
  return { source, rowsTotal, rows: rows.map((row) => ({ ...row, at: isoInstant(row.at) })) };
}
