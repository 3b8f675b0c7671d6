import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { standardTemplate } from "../core/project/standard-template.ts";
import { checkLinks } from "./check-links.ts";

function projectOf(roots: Readonly<Record<string, string>>, allowedFolders: readonly string[]) {
  return {
    name: "shop",
    settings: {
      warehouse: { type: "duckdb" as const, path: "w.duckdb" },
      catalogPath: "c.db",
      stagingPath: "s",
      allowedFolders,
      serve: { host: "127.0.0.1", port: 0, token: null },
      limits: { memoryBytes: null, threads: null },
      retention: { runsMs: null, runsKept: 1, stagingMs: 1, versions: 0 },
    },
    template: standardTemplate,
    connections: Object.entries(roots).map(([name, root]) => ({
      name,
      connector: "file",
      options: { root },
      probeTimeoutMs: 1_000,
      watchMs: null,
    })),
    sources: [],
    discover: [],
    models: [],
    expectedSources: [],
    timetables: [],
  };
}

test("a connection's folder may be a link only to where the project may read", async () => {
  const outside = mkdtempSync(join(tmpdir(), "sluice-outside-"));
  const folder = mkdtempSync(join(tmpdir(), "sluice-links-"));
  mkdirSync(join(folder, "data"));
  mkdirSync(join(outside, "landing/today"), { recursive: true });
  mkdirSync(join(outside, "landing-private"));
  symlinkSync("data", join(folder, "inner"));
  symlinkSync(join(outside, "landing/today"), join(folder, "allowed"));
  symlinkSync(join(outside, "landing-private"), join(folder, "escape"));
  const roots = { here: ".", inner: "inner", allowed: "allowed", escape: "escape", gone: "gone" };
  const place = { file: "connections/escape.yaml", line: 1, column: 13 };
  const problems = await checkLinks(
    folder,
    projectOf(roots, [join(outside, "landing")]),
    new Map([["connection:escape", place]]),
  );
  expect(problems.map(({ code, location }) => [code, location])).toEqual([
    ["path-outside-project", place],
  ]);
});
