import { describe, expect, test } from "vitest";
import type { CommandHandler } from "../commands/command-handler.ts";
import type { CommandSpec } from "../commands/command-spec.ts";
import { findHelp } from "./find-help.ts";
import { listCommands } from "./list-commands.ts";
import { parseArguments } from "./parse-arguments.ts";
import { renderCommandHelp } from "./render-help.ts";

const nothing: CommandHandler = async () => ({ exitCode: 0, json: () => null, lines: () => [] });

function command(name: string, more: Partial<CommandSpec> = {}): CommandSpec {
  return {
    name,
    summary: `do ${name}`,
    details: [],
    args: [],
    flags: [],
    examples: [],
    isCancellable: false,
    load: async () => nothing,
    ...more,
  };
}

const id = { name: "id", isRequired: true, summary: "which one" };
const by = { long: "--by", value: "NAME", summary: "who" };
const commands = [
  command("shape", { subcommands: [command("diff", { args: [id], flags: [by] })] }),
  command("talk", {
    load: null,
    subcommands: [
      command("list", {
        flags: [{ long: "--limit", short: "-n", value: "N", summary: "how many" }],
      }),
      command("accept", {
        args: [id],
        flags: [by, { long: "--route", value: "pass|adapt", summary: "which way" }],
      }),
    ],
  }),
  command("walk", { flags: [{ long: "--depth", value: "N", summary: "how far" }] }),
];

const parse = (...argv: readonly string[]) => {
  const { spec, input } = parseArguments(argv, commands);
  return { name: spec.name, args: input.args, by: input.by, route: input.route };
};

describe("a command under another", () => {
  test.each([
    [["shape"], { name: "shape", args: [] }],
    [["shape", "diff", "a"], { name: "diff", args: ["a"] }],
    [["shape", "diff", "--by", "me", "a", "--json"], { name: "diff", args: ["a"], by: "me" }],
    [["--project", "p", "talk", "list"], { name: "list", args: [] }],
    [["talk", "accept", "x", "--route", "adapt"], { name: "accept", args: ["x"], route: "adapt" }],
    [["talk", "accept", "--", "--by"], { name: "accept", args: ["--by"] }],
  ])("is found in %j", (argv, found) => {
    expect(parse(...argv)).toMatchObject(found);
  });

  test.each([
    [["talk"], "A command is missing."],
    [["talk", "lst"], "Unknown command 'lst'."],
    [["shape", "dif"], "Unknown command 'shape dif'."],
    [["shape", "xyzzy"], "Unknown command 'shape xyzzy'."],
    [["shape", "diff"], "Missing required argument 'id'."],
    [["shape", "diff", "a", "b"], "Too many arguments"],
    [["talk", "list", "--by", "me"], "Unknown option '--by'."],
    [["shape", "--by", "me"], "Unknown option '--by'."],
    [["walk", "--depth", "0"], "--depth 0 is not a count."],
    [["talk", "list", "-n", "1.5"], "--limit 1.5 is not a count."],
    [["walk", "diff"], "Too many arguments"],
  ])("is refused in %j", (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
  });

  test.each([
    [["shape", "dif"], "Did you mean `shape diff`?"],
    [["shape", "xyzzy"], "`sluice shape --help` lists what there is."],
    [["talk", "lst"], "Did you mean `list`?"],
    [["talk", "accept", "a", "--rout", "pass"], "Did you mean `--route`?"],
  ])("that is misspelt in %j gets a hint", (argv, hint) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ hint }));
  });

  test("is listed with the path that is typed for it", () => {
    expect(listCommands(commands).map(({ path }) => path)).toEqual([
      "shape",
      "shape diff",
      "talk",
      "talk list",
      "talk accept",
      "walk",
    ]);
  });
});

describe("help", () => {
  test.each([
    [["talk", "--help"], "talk"],
    [["help", "talk"], "talk"],
    [["help", "talk", "accept"], "talk accept"],
    [["talk", "accept", "--by", "list", "--help"], "talk accept"],
    [["talk", "--limit", "3", "list", "-h"], "talk list"],
    [["shape", "old.json", "--help"], "shape"],
    [["--help"], ""],
  ])("is asked for in %j", (argv, path) => {
    expect(findHelp(argv, commands, [])?.path).toBe(path);
  });

  test("is not asked for behind a double dash", () => {
    expect(findHelp(["talk", "accept", "--", "--help"], commands, [])).toBeNull();
  });

  test.each([
    ["shape", ["Usage: sluice shape [flags]", "       sluice shape <command> [flags]"]],
    ["talk", ["Usage: sluice talk <command> [flags]"]],
    ["talk accept", ["Usage: sluice talk accept <id> [flags]"]],
  ])("of %s says how it is typed", (path, usage) => {
    const found = findHelp([...path.split(" "), "--help"], commands, []);
    const spec = found?.command ?? command("none");
    const lines = renderCommandHelp(spec, path, []).split("\n");
    expect(lines.slice(0, usage.length)).toEqual(usage);
  });

  test("of a command lists those under it", () => {
    const found = findHelp(["talk", "-h"], commands, []);
    const text = renderCommandHelp(found?.command ?? command("none"), "talk", []);
    expect(text).toContain("Commands:\n  list         do list\n  accept <id>  do accept\n");
    expect(text).toContain("`sluice talk <command> --help`");
  });
});
