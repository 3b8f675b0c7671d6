import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";

const top = readdirSync(repositoryFolder).filter((name) => name.endsWith(".md"));
const nested = ["docs", "examples", "bench", "test"].flatMap((folder) =>
  readdirSync(join(repositoryFolder, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.includes(".sluice"))
    .map((name) => join(folder, name)),
);
const pages = [...top, ...nested];

/** The text of a page without its code, where brackets mean other things. */
function proseOf(page: string): string {
  const text = readFileSync(join(repositoryFolder, page), "utf8");
  return text
    .replace(/^(`{3,}).*?^\1/gms, "")
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll("[", ""));
}

/** A heading's anchor, as code hosts make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(join(repositoryFolder, page), "utf8").replace(/^(`{3,}).*?^\1/gms, "");
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? "")));
}

test("there are pages to look at", () => expect(pages.length).toBeGreaterThan(5));

test.each(pages)("every link of %s leads somewhere", (page) => {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  const broken = targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (relative(".", file).startsWith("..") || !existsSync(join(repositoryFolder, file)))
        return true;
      return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
    });
  expect(broken).toEqual([]);
});
