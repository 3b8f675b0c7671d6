import type { FlagSpec } from "./command-spec.ts";

/** The flags that every command takes, before or after its name. */
export const globalFlags: readonly FlagSpec[] = [
  {
    long: "--project",
    short: "-p",
    value: "DIR",
    summary: "folder of sluice.yaml (default: here or the nearest folder above)",
  },
  {
    long: "--now",
    value: "ISO",
    summary: "the cycle's instant instead of the clock's, such as 2026-01-31T06:00:00Z",
  },
  { long: "--json", summary: "print exactly one JSON object on stdout" },
  { long: "--color", summary: "colour also without a terminal" },
  { long: "--no-color", summary: "no colour" },
  { long: "--verbose", short: "-v", summary: "more notes on stderr, and causes of failures" },
  { long: "--help", short: "-h", summary: "show help" },
  { long: "--version", short: "-V", summary: "print the version" },
];
