import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { repositoryFolder } from "../support/sluice-process.ts";

const read = (path: string) => readFileSync(join(repositoryFolder, path), "utf8");
const packageJson = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read("package.json")));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.looseObject({
        resolved: z.string().optional(),
        dependencies: z.record(z.string(), z.string()).optional(),
        optionalDependencies: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })
  .parse(JSON.parse(read("package-lock.json")));

const wanted = { ...packageJson.dependencies, ...packageJson.devDependencies };

describe("dependencies", () => {
  test("docs/dependencies.md says why each is there, and names no other", () => {
    const rows = read("docs/dependencies.md").matchAll(/^\| `([^`]+)` \|/gm);
    const listed = [...rows].map(([, name]) => name ?? "");
    expect(listed.sort()).toEqual(Object.keys(wanted).sort());
  });

  test("every version is exact", () => {
    const loose = Object.entries(wanted).filter(
      ([, version]) => !/^\d+\.\d+\.\d+[\w.-]*$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  test("the lock file names no registry, so that any may serve it", () => {
    const bound = Object.entries(lock.packages).filter(
      ([, { resolved }]) => resolved !== undefined,
    );
    expect(bound.map(([path]) => path)).toEqual([]);
  });

  test("the lock file knows every package of every platform, for npm ci refuses it otherwise", () => {
    const known = new Set(
      Object.keys(lock.packages).map((path) => path.split("node_modules/").at(-1)),
    );
    const unknown = Object.values(lock.packages)
      .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      .filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
  });
});
