import type { ErrorCode } from "../../errors/catalogue.ts";
import { OperatingError } from "../../errors/operating-error.ts";

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: string | null;
}

/** The first that fits decides. DuckDB gives no codes: its messages are all there is. */
const meanings: readonly Meaning[] = [
  { pattern: /^INTERRUPT Error/, code: "CANCELLED", hint: null },
  {
    pattern: /Could not set lock on file/,
    code: "WAREHOUSE_LOCKED",
    hint: "Wait until that process ends, or end it: one process at a time may hold the file.",
  },
  {
    pattern: /No space left|disk.{0,20}full|max_temp_directory_size|write all bytes/i,
    code: "WAREHOUSE_FULL",
    hint: "Free some space on the disk of the warehouse, then run again: nothing was half done.",
  },
  {
    pattern: /Cannot (open|create) [\s\S]*(Permission denied|Read-only file system)/,
    code: "WAREHOUSE_INVALID",
    hint: "Let the user who runs Sluice read and write that file and its folder.",
  },
  {
    pattern: /not a valid DuckDB database file|replaying WAL|Serialization Error|Corrupt/i,
    code: "WAREHOUSE_INVALID",
    hint: "Check the path. If it is a warehouse, move the file aside and load again, or restore it.",
  },
  {
    pattern: /Conflict on|write-write conflict|^TransactionContext Error: Failed to commit/i,
    code: "FENCED_OUT",
    hint: "Another load or build of the same table committed first. Run again.",
  },
  {
    pattern: /No files found that match|Cannot open file .*No such file/,
    code: "STAGING_INVALID",
    hint: "Run again: what is missing is extracted again.",
  },
  {
    pattern: /^Permission Error/,
    code: "WAREHOUSE_REFUSED",
    hint: "SQL may read tables only. Declare a file as a source, and read its table.",
  },
  {
    // What never mends itself by being tried again.
    pattern:
      /^(Parser|Binder|Catalog|Not implemented|Conversion|Invalid Input|Out of Range|Mismatch Type|Invalid Type) Error/,
    code: "STATEMENT_INVALID",
    hint: null,
  },
  {
    pattern: /^Out of Memory Error/,
    code: "WAREHOUSE_MEMORY",
    hint: "Raise limits.memory in sluice.yaml, run less of it at once by a pool, or make the work smaller.",
  },
];

/** Codes what the driver threw. `where` says what was being done, as in `Loading raw.flights`. */
export function translateDuckdbError(error: unknown, where: string): OperatingError {
  if (error instanceof OperatingError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const meaning = meanings.find((one) => one.pattern.test(message));
  const code = meaning?.code ?? "WAREHOUSE_REFUSED";
  const detail = code === "CANCELLED" ? `${where} was cancelled` : `${where}: ${shown(message)}`;
  const hint = meaning?.hint ?? null;
  return new OperatingError(code, detail, { cause: error, ...(hint === null ? {} : { hint }) });
}

/**
 * DuckDB's advice on its own options and its settings after it are about SQL that nobody wrote, as
 * are the pages that it refers to.
 */
function shown(message: string): string {
  const told = message.split(
    /\n\s*(?:Possible (?:fixes|solutions):|This type was auto-detected)/,
  )[0];
  return (told ?? message)
    .replace(/\.?\s*See also https?:\S+/, "")
    .trim()
    .slice(0, 1_500);
}
