import { expect, test } from "vitest";
import { OperatingError } from "../../errors/operating-error.ts";
import { toFileError } from "./file-errors.ts";

function failure(code: string, message = "it failed"): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  [failure("ENOENT"), "SOURCE_MISSING"],
  [failure("ENOTDIR"), "SOURCE_MISSING"],
  [failure("EACCES"), "SOURCE_UNREADABLE"],
  [failure("EISDIR"), "SOURCE_UNREADABLE"],
  [failure("ELOOP"), "SOURCE_UNREADABLE"],
  [failure("Z_DATA_ERROR"), "SOURCE_UNREADABLE"],
  [failure("Z_BUF_ERROR"), "SOURCE_UNREADABLE"],
  [failure("ENOSPC"), "STAGING_FULL"],
  [failure("EIO"), "CONNECTION_FAILED"],
  [new Error("Invalid Input Error: No magic bytes found"), "SOURCE_UNREADABLE"],
  [
    new Error('IO Error: Could not write file "/s/part.csv": No space left on device'),
    "STAGING_FULL",
  ],
  [new Error("Out of Memory Error: failed to allocate data of size 4.0 MiB"), "READER_MEMORY"],
  [new DOMException("aborted", "AbortError"), "CANCELLED"],
])("%s is %s, and names the file", (error, code) => {
  const coded = toFileError(error, "data/a.csv");
  expect(coded).toBeInstanceOf(OperatingError);
  expect(coded).toMatchObject({ code, message: expect.stringContaining("data/a.csv") });
});

test("anything else is a bug and stays what it is", () => {
  const bug = new TypeError("x is undefined");
  expect(toFileError(bug, "data/a.csv")).toBe(bug);
});

test.each([
  "ENOENT",
  "EACCES",
  "EISDIR",
  "ELOOP",
  "ENOSPC",
  "Z_DATA_ERROR",
  "IO Error: No. Not so.",
])("what is said of %s can be gone on with: it ends without a full stop", (word) => {
  const error = Object.assign(new Error(word), word.includes(" ") ? {} : { code: word });
  const coded = toFileError(error, "a.csv");
  expect(coded).toBeInstanceOf(OperatingError);
  expect(coded).toMatchObject({ message: expect.stringMatching(/[^.]$/) });
});
