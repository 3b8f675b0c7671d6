import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";

interface TextFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const folders = ["src", "test", "bench", "scripts", "bin", "docs", "examples", ".ci"];
const texts = /\.(ts|mjs|js|md|ya?ml|sql|json)$|(^|\/)\.ci\/run$/;
/** What runs leave behind, and files that hold what others wrote. */
const skipped = /(^|\/)(\.sluice|node_modules|dist)\/|^test\/golden\//;

const files: readonly TextFile[] = [
  ...folders.flatMap((folder) => below(join(repositoryFolder, folder))),
  ...readdirSync(repositoryFolder).map((name) => join(repositoryFolder, name)),
]
  .filter((path) => statSync(path).isFile())
  .map((path) => ({ absolute: path, path: relative(repositoryFolder, path).replaceAll("\\", "/") }))
  .filter(({ path }) => texts.test(path) && !skipped.test(path))
  .map(({ absolute, path }) => ({ path, text: readFileSync(absolute, "utf8") }));

function below(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    join(folder, name),
  );
}

/** Words that cost someone an hour once. Each names what to write instead. */
const bannedWords = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, where: /./, use: "an issue, or nothing" },
  {
    pattern: /\bnew Date\(\)|\bDate\.now\(\)/,
    where: /^(src|bench)\//,
    except: /^src\/app\/system-clock\.ts$|\.test\.ts$/,
    use: "the Clock port, or an instant as data",
  },
  {
    pattern: /\bMath\.random\(\)/,
    where: /^(src|test|bench)\//,
    use: "the Random port, or a seeded generator",
  },
  { pattern: /\bas any\b|<any>/, where: /\.ts$/, use: "a guard or a parse" },
  { pattern: /@ts-(ignore|nocheck)/, where: /\.ts$/, use: "@ts-expect-error with a reason" },
  {
    pattern: /\b(describe|test|it)\.only\b/,
    where: /\.test\.ts$/,
    use: "a path on the command line",
  },
  {
    pattern: /\bsleep\(|setTimeout\((resolve|done|r)\b|timers\/promises/,
    where: /\.test\.ts$|^test\//,
    // To kill a process at a random instant is to wait for that instant.
    except: /^test\/(e2e\/[a-z-]*kill[a-z-]*\.test|support\/kill[a-z-]*)\.ts$/,
    use: "the event that the test waits for",
  },
  {
    pattern: /\bvi\.(mock|fn|spyOn|useFakeTimers)\(|\bjest\./,
    where: /\.ts$/,
    use: "an adapter that passes the port's contract",
  },
  { pattern: /\beval\(|\bnew Function\(/, where: /^src\//, use: "a closure" },
  {
    pattern: /(^|[\s"'`(=])\/(work|home|root|Users)\//,
    where: /./,
    use: "a path relative to the project, or tmpdir()",
  },
  {
    pattern: /registry\.[a-z]+js\.org|registry\.[a-z]+pkg\.com|"resolved"\s*:/,
    where: /./,
    use: "the registry that npm is set to",
  },
] as const satisfies readonly {
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly except?: RegExp;
  readonly use: string;
}[];

const bannedNames = new Set(
  ["utils", "util", "helpers", "helper", "common", "shared", "misc", "lib", "types"].concat([
    "interfaces",
    "constants",
    "manager",
    "service",
    "base",
  ]),
);

const list = (found: readonly TextFile[]) => found.map(({ path }) => path);
const code = files.filter(({ path }) => /\.(ts|mjs|js)$/.test(path));
const markdown = files.filter(({ path }) => path.endsWith(".md"));

describe("the repository is tidy", () => {
  test("the scan saw it", () => {
    expect(code.length).toBeGreaterThan(100);
    expect(markdown.length).toBeGreaterThan(5);
  });

  test.each(bannedWords)("it says $use instead of $pattern", (banned) => {
    const except = "except" in banned ? banned.except : undefined;
    const found = files.filter(
      ({ path, text }) =>
        path !== "test/repo/tidy.test.ts" &&
        banned.where.test(path) &&
        except?.test(path) !== true &&
        banned.pattern.test(text),
    );
    expect(list(found)).toEqual([]);
  });

  test("a file or folder is named for the one thing in it", () => {
    const found = files.filter(({ path }) =>
      path.split("/").some((part) => bannedNames.has(basename(part).replace(/\..*$/, ""))),
    );
    expect(list(found)).toEqual([]);
  });

  test("src is src/<layer>/<thing>/<file> and no deeper", () => {
    const found = code.filter(({ path }) => path.startsWith("src/") && path.split("/").length > 4);
    expect(list(found)).toEqual([]);
  });

  test("every file ends in one line feed and has no tab or trailing space", () => {
    const found = files.filter(
      ({ path, text }) =>
        path !== "package-lock.json" &&
        (!/[^\n]\n$/.test(text) ||
          /\r/.test(text) ||
          (!path.endsWith(".md") && /[ \t]$/m.test(text))),
    );
    expect(list(found)).toEqual([]);
  });

  test("a Markdown file has one title, on its first line", () => {
    const found = markdown.filter(({ text }) => {
      const prose = text.replace(/^(`{3,}).*?^\1/gms, "");
      return !prose.startsWith("# ") || (prose.match(/^# /gm) ?? []).length !== 1;
    });
    expect(list(found)).toEqual([]);
  });

  test("each banned pattern finds what it is there for", () => {
    const examples = [
      "// TODO later",
      "const at = Date.now();",
      "Math.random()",
      "x as any",
      "// @ts-ignore",
      "test.only(",
      "await sleep(10)",
      "vi.mock('x')",
      "eval(x)",
      'open("/home/me/x")',
      '"resolved": "x"',
    ];
    const missed = bannedWords.filter(({ pattern }, index) => !pattern.test(examples[index] ?? ""));
    expect(missed).toEqual([]);
  });
});
