import { describe, expect, test } from "vitest";
import { cli } from "../../test/support/cli-scene.ts";

interface ColorCase {
  readonly name: string;
  readonly isTerminal: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly expected: boolean;
}

const cases: readonly ColorCase[] = [
  { name: "a pipe has none", isTerminal: false, expected: false },
  { name: "a terminal has it", isTerminal: true, expected: true },
  {
    name: "NO_COLOR takes it away",
    isTerminal: true,
    variables: { NO_COLOR: "1" },
    expected: false,
  },
  {
    name: "an empty NO_COLOR says nothing",
    isTerminal: true,
    variables: { NO_COLOR: "" },
    expected: true,
  },
  {
    name: "FORCE_COLOR gives it to a pipe",
    isTerminal: false,
    variables: { FORCE_COLOR: "1" },
    expected: true,
  },
  {
    name: "FORCE_COLOR=0 takes it away",
    isTerminal: true,
    variables: { FORCE_COLOR: "0" },
    expected: false,
  },
  {
    name: "NO_COLOR is stronger than FORCE_COLOR",
    isTerminal: true,
    variables: { NO_COLOR: "1", FORCE_COLOR: "1" },
    expected: false,
  },
  {
    name: "a dumb terminal has none",
    isTerminal: true,
    variables: { TERM: "dumb" },
    expected: false,
  },
  {
    name: "--color is stronger than NO_COLOR",
    isTerminal: false,
    variables: { NO_COLOR: "1" },
    flags: ["--color"],
    expected: true,
  },
  {
    name: "--no-color is stronger than a terminal",
    isTerminal: true,
    flags: ["--no-color"],
    expected: false,
  },
  { name: "CI alone gives none", isTerminal: false, variables: { CI: "true" }, expected: false },
];

describe("colour", () => {
  test.each(cases)("$name", async ({ isTerminal, variables = {}, flags = [], expected }) => {
    const argv = ["plan", ...flags];
    const { stdout } = await cli(argv, { isStdoutTerminal: isTerminal, variables });
    expect(stdout.includes("\u001b[")).toBe(expected);
  });
});
