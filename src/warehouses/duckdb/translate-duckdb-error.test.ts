import { describe, expect, test } from "vitest";
import { OperatingError } from "../../errors/operating-error.ts";
import { translateDuckdbError } from "./translate-duckdb-error.ts";

describe("translateDuckdbError", () => {
  test.each([
    ["INTERRUPT Error: Interrupted!", "CANCELLED"],
    [
      'IO Error: Could not set lock on file "/w.duckdb": Conflicting lock is held in /usr/bin/node (PID 10901). See also https://duckdb.org',
      "WAREHOUSE_LOCKED",
    ],
    ["IO Error: Could not write file: No space left on device", "WAREHOUSE_FULL"],
    ["Out of Memory Error: failed to offload: max_temp_directory_size exceeded", "WAREHOUSE_FULL"],
    ["Out of Memory Error: could not allocate block of size 256.0 KiB", "WAREHOUSE_MEMORY"],
    [
      'IO Error: The file "/x" exists, but it is not a valid DuckDB database file!',
      "WAREHOUSE_INVALID",
    ],
    ["INTERNAL Error: Failure while replaying WAL file", "WAREHOUSE_INVALID"],
    ["TransactionContext Error: Conflict on update!", "FENCED_OUT"],
    ["TransactionContext Error: Catalog write-write conflict on create", "FENCED_OUT"],
    [
      'TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint violation: duplicate key "c"',
      "FENCED_OUT",
    ],
    [
      'TransactionContext Error: Failed to commit: Cannot open file "/w.duckdb.wal": Permission denied',
      "WAREHOUSE_INVALID",
    ],
    ['IO Error: Cannot open file "/w.duckdb": Read-only file system', "WAREHOUSE_INVALID"],
    ['IO Error: No files found that match the pattern "/x.csv"', "STAGING_INVALID"],
    ['Permission Error: Cannot access file "/etc/passwd"', "WAREHOUSE_REFUSED"],
    ["Binder Error: Referenced column not found", "STATEMENT_INVALID"],
    ["Parser Error: syntax error at end of input", "STATEMENT_INVALID"],
    ["Catalog Error: Table with name x does not exist!", "STATEMENT_INVALID"],
    ["Not implemented Error: Cannot do that", "STATEMENT_INVALID"],
    ["Conversion Error: Could not convert string 'x' to INT32", "STATEMENT_INVALID"],
    ["Invalid Input Error: a row cannot be kept whole", "STATEMENT_INVALID"],
    ["Out of Range Error: Overflow in addition", "STATEMENT_INVALID"],
    ["IO Error: Something else", "WAREHOUSE_REFUSED"],
  ])("%s", (message, code) => {
    const error = translateDuckdbError(new Error(message), "Loading raw.x");
    expect(error).toMatchObject({ code, message: expect.stringContaining("Loading raw.x") });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("the holder of a locked file stays named, and advice on the engine's own options is left out", () => {
    const held = "IO Error: Could not set lock on file: Conflicting lock is held in node (PID 7)";
    const shown = translateDuckdbError(
      new Error(`${held}. See also https://duckdb.org/docs/x`),
      "Opening /w",
    ).message;
    expect(shown).toContain("PID 7");
    expect(shown).not.toContain("http");
    const told =
      "Invalid Input Error: CSV Error on Line: 3\nOriginal Line: x\nPossible fixes:\n* Enable";
    expect(translateDuckdbError(new Error(told), "Loading").message).not.toContain("Enable");
  });

  test("what is coded already stays as it is", () => {
    const coded = new OperatingError("GATE_FAILED", "it fails");
    expect(translateDuckdbError(coded, "Loading")).toBe(coded);
  });
});
