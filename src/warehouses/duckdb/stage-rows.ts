import { OperatingError } from "../../errors/operating-error.ts";
import type { Manifest } from "../../ports/staging.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { quoteName } from "./quote-duckdb.ts";
import { fileName, lenientScan, rejectTables, type Slice, strictScan } from "./staged-scan.ts";

/** What is kept of a row that cannot be kept whole. */
export const badColumns: readonly StagedColumn[] = [
  { name: "_raw", type: "VARCHAR" },
  { name: "_reason", type: "VARCHAR" },
  { name: "_column", type: "VARCHAR" },
  { name: "_value", type: "VARCHAR" },
  { name: "_file", type: "VARCHAR" },
];

/** Reading stopped at a row that cannot be kept whole: it must be read again, leniently. */
export class UnreadableRowError extends OperatingError {
  readonly source: string;

  constructor(source: string, cause: OperatingError) {
    super("STATEMENT_INVALID", cause.message, { cause });
    this.source = source;
  }
}

/** Where rows are staged, as SQL. */
export interface StageRequest {
  readonly manifest: Manifest;
  readonly columns: readonly StagedColumn[];
  readonly slice: Slice;
  /** The head of the statement that takes the rows, such as `CREATE TABLE x AS` or `INSERT INTO x`. */
  readonly into: string;
  /** A table for rows that cannot be kept, of `badColumns`; it is made when it is not there. */
  readonly bad: string;
  readonly isLenient: boolean;
}

/**
 * Stages the rows of a slice.
 * @returns the counts of whole and of bad rows
 * @throws UnreadableRowError when it is not lenient and a row cannot be kept whole
 */
export async function stageRows(
  session: Session,
  request: StageRequest,
): Promise<{ readonly good: number; readonly bad: number }> {
  if (request.isLenient) return stageLeniently(session, request);
  const scan = await strictScan(session, request.manifest, request.columns, request.slice);
  try {
    return { good: await session.change(`${request.into}\n${scan}`), bad: 0 };
  } catch (error) {
    throw isAboutRow(error) ? new UnreadableRowError(request.manifest.source, error) : error;
  }
}

/** Nothing but the engine's words tells a row that does not convert from everything else. */
function isAboutRow(error: unknown): error is OperatingError {
  if (!(error instanceof OperatingError) || error.code !== "STATEMENT_INVALID") return false;
  const { cause } = error;
  return (
    cause instanceof Error && /^(Conversion|Invalid Input|Out of Range) Error/.test(cause.message)
  );
}

async function stageLeniently(
  session: Session,
  request: StageRequest,
): Promise<{ readonly good: number; readonly bad: number }> {
  const { manifest, columns, slice, into, bad } = request;
  const reading = "temp._sluice_reading";
  const placed: readonly StagedColumn[] = [
    ...columns.filter((one) => one.name !== file.name),
    file,
  ];
  const scan = await lenientScan(session, manifest, placed, slice);
  await session.run(`CREATE OR REPLACE TEMP TABLE _sluice_reading AS\n${scan}`);
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const good = await session.change(
    `${into}\nSELECT ${names} FROM ${reading} WHERE _problem IS NULL`,
  );
  const kind = bad.startsWith("temp.") ? "TEMP TABLE" : "TABLE";
  const kept = badColumns.map(({ name, type }) => `${name} ${type}`).join(", ");
  await session.run(`CREATE ${kind} IF NOT EXISTS ${bad} (${kept})`);
  let unfit = await session.change(
    `INSERT INTO ${bad} SELECT _raw, _problem, _sluice_column, _sluice_value, _file
     FROM ${reading} WHERE _problem IS NOT NULL`,
  );
  if (manifest.format.type === "csv") unfit += await keepRejects(session, { bad, slice });
  await session.run(`DROP TABLE ${reading}`);
  return { good, bad: unfit };
}

const file: StagedColumn = { name: "_file", type: "VARCHAR", isFile: true };

/** Lines that the CSV reader could not make rows of. One line may have several faults. */
async function keepRejects(
  session: Session,
  { bad, slice }: { readonly bad: string; readonly slice: Slice },
): Promise<number> {
  const errors = `temp.${rejectTables.errors}`;
  const scans = `temp.${rejectTables.scans}`;
  const kept = await session.change(
    `INSERT INTO ${bad}
     SELECT any_value(e.csv_line), concat('line ', e.line, ' of ', any_value(s.file_path), ': ',
       string_agg(DISTINCT e.error_message, '; ' ORDER BY e.error_message)),
       NULL, NULL, any_value(${fileName(slice.files, "s.file_path")})
     FROM ${errors} e JOIN ${scans} s USING (scan_id, file_id)
     GROUP BY e.scan_id, e.file_id, e.line, e.line_byte_position`,
  );
  await session.run(`DROP TABLE ${errors}`);
  await session.run(`DROP TABLE ${scans}`);
  return kept;
}
