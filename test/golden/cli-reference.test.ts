import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandTable } from "../../src/cli/commands/command-table.ts";
import { globalFlags } from "../../src/cli/commands/global-flags.ts";
import { listCommands } from "../../src/cli/parse/list-commands.ts";
import { consequenceOf } from "../../src/errors/blame.ts";
import { catalogue, type ErrorCode } from "../../src/errors/catalogue.ts";
import { repositoryFolder } from "../support/sluice-process.ts";

const reference = readFileSync(join(repositoryFolder, "docs/reference/cli.md"), "utf8");

/** The part of the page that is about one command. */
function sectionOf(command: string): string {
  const start = reference.search(new RegExp(`^### \`sluice ${command}[ \`]`, "m"));
  expect(start, command).toBeGreaterThan(0);
  const end = reference.indexOf("\n### ", start + 1);
  return reference.slice(start, end < 0 ? undefined : end);
}

test.each(listCommands(commandTable))(
  "the reference describes $path with its arguments, flags and JSON",
  ({ path, spec }) => {
    if (spec.load === null) return;
    const section = sectionOf(path);
    for (const { name, isRequired } of spec.args) {
      expect(section).toContain(isRequired ? `<${name}>` : `[${name}]`);
    }
    for (const { long } of spec.flags) expect(section).toContain(long);
    if (path !== "show") expect(section).toContain("```");
  },
);

test("the reference describes the flags of every command", () => {
  for (const { long } of globalFlags) expect(reference).toContain(`\`${long}`);
});

test("the reference names every exit code that a failure may have", () => {
  const codes = Object.keys(catalogue).filter((code): code is ErrorCode => code in catalogue);
  for (const code of codes) {
    expect(reference).toMatch(new RegExp(`^\\| .*${consequenceOf(code).exitCode}`, "m"));
  }
});
