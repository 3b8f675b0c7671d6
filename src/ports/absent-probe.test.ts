import { expect, test } from "vitest";
import { OperatingError } from "../errors/operating-error.ts";
import { absentProbe } from "./absent-probe.ts";

test.each([
  ["it is gone", undefined, "it is gone"],
  ["it is gone", "Look for it.", "it is gone. Look for it."],
  ["it is gone.", "Look for it.", "it is gone. Look for it."],
])("a failure and what to do about it are two sentences: %s %s", (message, hint, detail) => {
  const failure = new OperatingError("SOURCE_MISSING", message, hint === undefined ? {} : { hint });
  expect(absentProbe("file", failure, null).presence).toEqual({ state: "missing", detail });
});
