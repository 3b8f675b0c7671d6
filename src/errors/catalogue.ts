/** Who can act on a failure. Retry, exit code and log level are functions of it (see `blame.ts`). */
export type Blame = "usage" | "project" | "locked" | "transient" | "external" | "data" | "internal";

/** Every failure an operator can meet. Codes are public: add, never rename or reuse. */
export const catalogue = {
  USAGE_INVALID: { blame: "usage", summary: "The command or call does not fit its definition." },
  NOT_FOUND: { blame: "usage", summary: "Nothing of that name is known here." },
  SIGNAL_INVALID: { blame: "usage", summary: "A signal is not what it must be." },
  INBOX_FULL: { blame: "locked", summary: "Too many signals wait for a run." },
  PROJECT_NOT_FOUND: { blame: "project", summary: "No sluice.yaml here or in any folder above." },
  PROJECT_INVALID: { blame: "project", summary: "The project's files do not pass their checks." },
  SECRET_MISSING: { blame: "project", summary: "A referenced secret has no value." },
  PATH_OUTSIDE_PROJECT: { blame: "project", summary: "A path leaves the allowed folders." },
  CATALOG_LOCKED: { blame: "locked", summary: "Another process writes to this project." },
  CATALOG_FULL: { blame: "external", summary: "There is no space left for the catalog." },
  CATALOG_INVALID: { blame: "external", summary: "The catalog's file cannot be used." },
  WAREHOUSE_LOCKED: { blame: "locked", summary: "Another process holds the warehouse's file." },
  WAREHOUSE_INVALID: { blame: "external", summary: "The warehouse's file cannot be used." },
  WAREHOUSE_REFUSED: { blame: "external", summary: "The warehouse rejected a statement." },
  STATEMENT_INVALID: { blame: "data", summary: "A statement can never run on the data as it is." },
  WAREHOUSE_FULL: { blame: "external", summary: "The warehouse has no space left." },
  FENCED_OUT: { blame: "locked", summary: "A newer runner has taken over this target." },
  CONNECTION_FAILED: { blame: "transient", summary: "A connection could not be made or broke." },
  CONNECTION_REFUSED: { blame: "external", summary: "A system refused the given access." },
  SOURCE_MISSING: { blame: "external", summary: "A source is not there." },
  SOURCE_UNREADABLE: { blame: "external", summary: "A source is there but cannot be read." },
  SOURCE_EMPTY: { blame: "data", summary: "A source is there but has no columns to load." },
  SOURCE_CHANGED: { blame: "transient", summary: "A source changed while it was read." },
  SOURCE_REWRITTEN: { blame: "data", summary: "A file that was appended before has changed." },
  SCHEMA_INCOMPATIBLE: { blame: "data", summary: "Data does not fit the table without loss." },
  STAGING_INVALID: { blame: "external", summary: "A staged file is missing or damaged." },
  STAGING_STALE: { blame: "data", summary: "A staged file changed after it was extracted." },
  STAGING_FULL: { blame: "external", summary: "There is no space left for staged files." },
  GATE_FAILED: { blame: "data", summary: "Data did not meet a gate's condition." },
  CHECK_FAILED: { blame: "data", summary: "Data did not meet a check's condition." },
  TIMED_OUT: { blame: "transient", summary: "The work took longer than it was given." },
  CANCELLED: { blame: "transient", summary: "The work was cancelled." },
  REPLAY_IMPOSSIBLE: { blame: "external", summary: "What a replay needs is not in the catalog." },
  OUTPUT_FAILED: { blame: "external", summary: "The answer could not be written." },
  INTERNAL: { blame: "internal", summary: "A bug in Sluice." },
} as const satisfies Record<string, { readonly blame: Blame; readonly summary: string }>;

export type ErrorCode = keyof typeof catalogue;
