import type { ErrorCode } from "../../errors/catalogue.ts";
import { OperatingError } from "../../errors/operating-error.ts";

/** Where a statement was sent, in words that may be shown: never a password. */
export interface PostgresTarget {
  readonly connection: string;
  /** `host:port`. */
  readonly address: string;
  readonly database: string;
  readonly user: string;
}

interface Told {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint?: string;
}

/**
 * Codes a failure in the words of PostgreSQL, of its driver or of the network. `subject` is the
 * source or table that it is about, `null` for the connection itself. Anything else is a bug and
 * comes back as it is.
 */
export function toPostgresError(
  error: unknown,
  target: PostgresTarget,
  subject: string | null,
): unknown {
  if (!(error instanceof Error) || error instanceof OperatingError) return error;
  const state = "code" in error && typeof error.code === "string" ? error.code : "";
  const told =
    fromState(state, error, { target, subject }) ?? fromDriver(state, error, { target, subject });
  if (!told) return error;
  const hint = told.hint === undefined ? {} : { hint: told.hint };
  return new OperatingError(told.code, told.detail, { ...hint, cause: error });
}

/** SQLSTATE is five characters; everything the server says has one. */
function fromState(
  state: string,
  error: Error,
  { target, subject }: { readonly target: PostgresTarget; readonly subject: string | null },
): Told | null {
  if (!/^[0-9A-Z]{5}$/.test(state) || !("severity" in error)) return null;
  const what = subject ?? `Connection ${target.connection}`;
  const says = `${what}: ${error.message}`;
  if (/invalid snapshot identifier|snapshot ".*" does not exist/.test(error.message)) {
    return {
      code: "SOURCE_CHANGED",
      detail: `${what}: the common instant of the run is gone.`,
      hint: "The next attempt reads at a later one.",
    };
  }
  switch (state) {
    case "28P01":
    case "28000":
      return {
        code: "CONNECTION_REFUSED",
        detail:
          `${target.address} refused the login of ${target.user} to database ` +
          `${target.database}: ${error.message}`,
        hint: "Check user, password and ssl of the connection, and the server's pg_hba.conf.",
      };
    case "3D000":
      return {
        code: "CONNECTION_REFUSED",
        detail: `${target.address} has no database ${target.database}.`,
        hint: "Check options.database of the connection.",
      };
    case "42P01":
    case "3F000":
      return { code: "SOURCE_MISSING", detail: `${what} is not there: ${error.message}.` };
    case "42501":
      return {
        code: "SOURCE_UNREADABLE",
        detail: `${what} may not be read by ${target.user}: ${error.message}.`,
        hint: `GRANT SELECT on the table, and USAGE on its schema, to ${target.user}.`,
      };
    case "55P03":
      return {
        code: "TIMED_OUT",
        detail: `${what} is locked by another session.`,
        hint: "Wait for the migration or VACUUM FULL that holds it, or run again later.",
      };
    case "57014":
      return {
        code: "TIMED_OUT",
        detail: `${what}: the server ended the statement: ${error.message}.`,
        hint: "Raise options.statement_timeout of the connection.",
      };
    case "57P01":
    case "57P02":
    case "57P03":
    case "57P05":
    case "53300":
    case "25P03":
      return { code: "CONNECTION_FAILED", detail: `${target.address}: ${error.message}.` };
    case "40001":
    case "40P01":
    case "72000":
      return { code: "SOURCE_CHANGED", detail: says };
    case "53100":
      return { code: "SOURCE_UNREADABLE", detail: `The server's disk is full: ${error.message}` };
  }
  if (state.startsWith("08")) {
    return { code: "CONNECTION_FAILED", detail: `${target.address}: ${error.message}.` };
  }
  return { code: "SOURCE_UNREADABLE", detail: says };
}

const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENOENT",
]);

function fromDriver(
  state: string,
  error: Error,
  { target, subject }: { readonly target: PostgresTarget; readonly subject: string | null },
): Told | null {
  const { address, connection } = target;
  if (state === "ENOSPC" || state === "EDQUOT") {
    return {
      code: "STAGING_FULL",
      detail: `No space is left for the rows of ${subject ?? connection}: ${error.message}.`,
      hint: "Free some space on the disk of the staging folder, then run again.",
    };
  }
  // A host with several addresses fails with all their errors at once, and no message of its own.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const message = inner instanceof Error ? inner.message : error.message;
  if (
    networkCodes.has(state) ||
    /timeout|terminated|Connection ended|is not queryable/i.test(message)
  ) {
    return {
      code: "CONNECTION_FAILED",
      detail: `${address} does not answer: ${message}.`,
      hint: "Check that the server runs, and host and port of the connection.",
    };
  }
  if (/SSL|TLS|certificate|self[- ]signed/i.test(`${state} ${message}`)) {
    return {
      code: "CONNECTION_REFUSED",
      detail: `${address}: no secure connection: ${message}.`,
      hint: "Check options.ssl and options.ca of the connection.",
    };
  }
  if (/SASL|password/i.test(message)) {
    return {
      code: "CONNECTION_REFUSED",
      detail: `${address} asks ${target.user} for a password, and none was given.`,
      hint: "Set options.password to a secret, such as PG_PASSWORD of the environment.",
    };
  }
  return null;
}
