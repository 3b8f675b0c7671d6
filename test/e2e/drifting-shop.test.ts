import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// Goal: the walk through the example is as its README tells it. Method: its commands are typed into
// a shell, and each line that it shows has to be in what they print.

const run = promisify(execFile);
const example = join(repositoryFolder, "examples/drifting-shop");
const readme = readFileSync(join(example, "README.md"), "utf8");
const blocks = [...readme.matchAll(/```(?<kind>sh|text)\n(?<text>[\s\S]*?)```/g)].map(
  ({ groups }) => ({ kind: groups?.["kind"] ?? "", text: groups?.["text"] ?? "" }),
);

/** Words alone: columns of a table are as wide as what stands in them. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

test("the example shows a walk", () => {
  expect(blocks.filter(({ kind }) => kind === "text").length).toBeGreaterThanOrEqual(9);
});

test("a rename, a retype and a lost join key come as the example tells", async () => {
  using folder = temporaryFolder();
  cpSync(example, join(folder.path, "shop"), { recursive: true });
  const bin = join(folder.path, "bin");
  mkdirSync(bin);
  const command = join(bin, "sluice");
  const script = join(repositoryFolder, "bin", "sluice.js");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  chmodSync(command, 0o755);
  const env = { ...process.env, NO_COLOR: "1", PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  let printed = "";
  for (const { kind, text } of blocks) {
    if (kind === "sh") {
      const { stdout } = await run("sh", ["-e", "-c", text], {
        cwd: join(folder.path, "shop"),
        env,
      });
      printed = stdout;
      continue;
    }
    const lines = printed.split("\n").map(words);
    for (const line of text.trim().split("\n")) {
      const wanted = words(line);
      expect(
        lines.some((one) => one.includes(wanted)),
        `${wanted}\nin\n${printed}`,
      ).toBe(true);
    }
  }
});
