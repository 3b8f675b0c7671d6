import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { repositoryFolder, runSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// Goal: what the README shows works as it is shown. Method: its programs are compiled against the
// built package, as a user's would be, and run on the starter project; its tour is typed in.

const run = promisify(execFile);
const readme = readFileSync(join(repositoryFolder, "README.md"), "utf8");
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, program = ""]) => program);

const compilerOptions = {
  target: "ES2022",
  lib: ["ES2023", "ESNext.Disposable"],
  module: "NodeNext",
  strict: true,
  types: ["node"],
  typeRoots: [join(repositoryFolder, "node_modules", "@types")],
};

/** A folder of a user, in which the package is installed and the starter project lies in `demo`. */
async function userFolder() {
  const folder = temporaryFolder();
  const inside = (name: string) => join(folder.path, name);
  mkdirSync(inside("node_modules"));
  symlinkSync(repositoryFolder, inside("node_modules/sluice"));
  writeFileSync(inside("package.json"), JSON.stringify({ type: "module" }));
  const init = await runSluice(["init", "demo"], { cwd: folder.path });
  expect(init, init.stderr).toMatchObject({ exitCode: 0 });
  return folder;
}

describe("the README", () => {
  test("shows programs", () => {
    expect(programs.length).toBeGreaterThanOrEqual(2);
  });

  test.each(programs.map((program, index) => ({ program, index })))(
    "program $index compiles and runs",
    async ({ program }) => {
      using folder = await userFolder();
      writeFileSync(join(folder.path, "program.ts"), program);
      writeFileSync(
        join(folder.path, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: ["program.ts"] }),
      );
      const compiler = join(repositoryFolder, "node_modules", "typescript", "bin", "tsc");
      const compiled = await run(process.execPath, [compiler], { cwd: folder.path }).catch(
        (error: unknown) => error,
      );
      expect(compiled).toMatchObject({ stdout: "" });
      const { stdout } = await run(process.execPath, ["program.js"], { cwd: folder.path });
      expect(stdout).toMatch(/\d/);
    },
  );

  test("leads through a tour in which only what an order concerns runs again", async () => {
    using folder = await userFolder();
    const cwd = join(folder.path, "demo");
    const sluice = async (...args: string[]) => {
      const ended = await runSluice(args, { cwd });
      expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
      return ended.stdout;
    };
    await sluice("check");
    await sluice("plan");
    await sluice("run");
    expect(await sluice("run")).toMatch(/up to date/);
    const command = /sed -i 's\/(?<from>[^/]+)\/(?<to>[^/]+)\/' (?<file>\S+)/.exec(readme)?.groups;
    const file = join(cwd, command?.["file"] ?? "");
    const before = readFileSync(file, "utf8");
    const after = before.replace(command?.["from"] ?? "", command?.["to"] ?? "");
    expect(after).not.toBe(before);
    writeFileSync(file, after);
    await sluice("why", "daily_sales.transform");
    const { tasks } = JSON.parse(await sluice("run", "--json")).run;
    const ran = tasks.filter(({ status }: { status: string }) => status === "succeeded");
    expect(ran.map(({ id }: { id: string }) => id)).toEqual([
      "customer_value.transform",
      "customer_value.check",
      "daily_sales.transform",
      "daily_sales.check",
      "orders.extract",
      "orders.load",
      "orders.verify",
      "paid_orders.transform",
      "paid_orders.check",
    ]);
    const runs = JSON.parse(await sluice("runs", "--json")).runs;
    await sluice("show");
    expect(await sluice("replay")).toMatch(/identical/);
    expect(await sluice("diff", runs[2].id, runs[0].id)).toMatch(/orders/);
  });
});
