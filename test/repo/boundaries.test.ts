import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cruise, type IFlattenedRuleSet } from "dependency-cruiser";
import extractConfig from "dependency-cruiser/config-utl/extract-depcruise-config";
import { describe, expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const configFile = join(repositoryFolder, ".dependency-cruiser.mjs");

/**
 * A copy of the repository's TypeScript in which `using` reads `const`, for the tool's parser ends
 * at a `using`. Imports stay as they are.
 */
function copyRepository(target: string, folders: readonly string[]): void {
  const files = folders.flatMap((folder) =>
    readdirSync(join(repositoryFolder, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  );
  const read = (path: string) => readFileSync(join(repositoryFolder, path), "utf8");
  const usingWord = /^(\s*)(?:await )?using (?=\w+(?::| =))/gm;
  writeFiles(target, {
    "package.json": read("package.json"),
    "tsconfig.json": read("tsconfig.json"),
    ...Object.fromEntries(files.map((path) => [path, read(path).replace(usingWord, "$1const ")])),
  });
  symlinkSync(join(repositoryFolder, "node_modules"), join(target, "node_modules"), "junction");
}

/** Every import of `folders` below `baseDir`, judged by the repository's own rules. */
async function judge(baseDir: string, folders: readonly string[]) {
  const { options, ...ruleSet } = await extractConfig(configFile);
  const { output } = await cruise([...folders], {
    ...options,
    ruleSet: ruleSet as IFlattenedRuleSet,
    validate: true,
    baseDir,
  });
  if (typeof output === "string") throw new Error(output);
  return {
    cruised: output.summary.totalCruised,
    dependencies: output.summary.totalDependenciesCruised ?? 0,
    violations: output.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
    ),
  };
}

describe("imports", () => {
  test("follow the directions of docs/ARCHITECTURE.md", async () => {
    using folder = temporaryFolder();
    const folders = ["src", "test", "bench"];
    copyRepository(folder.path, folders);
    const { cruised, dependencies, violations } = await judge(folder.path, folders);
    // Without a TypeScript parser at hand the tool reads nothing, and passes.
    expect(cruised).toBeGreaterThan(100);
    expect(dependencies).toBeGreaterThan(200);
    expect(violations).toEqual([]);
  });

  test.each([
    { file: "src/core/std/clock.ts", text: 'import "node:fs";', rule: "core-stays-pure" },
    {
      file: "src/core/decide/reader.ts",
      text: 'import type { Catalog } from "../../ports/catalog.ts";\nexport type X = Catalog;',
      rule: "core-decide-direction",
    },
    {
      file: "src/core/schema/looks-up.ts",
      text: 'import type { Catalog } from "../decide/blueprint.ts";\nexport type X = Catalog;',
      rule: "core-schema-direction",
    },
    {
      file: "src/engine/picks.ts",
      text: 'import { Catalog } from "../catalogs/sqlite/open.ts";\nexport const x = Catalog;',
      rule: "engine-direction",
    },
    {
      file: "src/connectors/file/peer.ts",
      text: 'import { Catalog } from "../postgres/open.ts";\nexport const x = Catalog;',
      rule: "one-adapter-never-imports-another",
    },
    {
      file: "src/cli/root.ts",
      text: 'import { Catalog } from "../app/open.ts";\nexport const x = Catalog;',
      rule: "cli-direction",
    },
    {
      file: "src/errors/rich.ts",
      text: 'import type { Catalog } from "../core/decide/blueprint.ts";\nexport type X = Catalog;',
      rule: "errors-direction",
    },
  ])("of $file are refused by $rule", async ({ file, text, rule }) => {
    using folder = temporaryFolder();
    const target = "export const Catalog = 1;\n";
    writeFiles(folder.path, {
      "src/ports/catalog.ts": target,
      "src/core/decide/blueprint.ts": target,
      "src/catalogs/sqlite/open.ts": target,
      "src/connectors/postgres/open.ts": target,
      "src/app/open.ts": target,
      [file]: `${text}\n`,
    });
    const { violations } = await judge(folder.path, ["src"]);
    expect(violations.some((line) => line.startsWith(`${rule}: ${file}`))).toBe(true);
  });
});
