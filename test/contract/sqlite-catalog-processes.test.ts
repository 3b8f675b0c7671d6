import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { sqliteCatalogs } from "../../src/catalogs/sqlite/sqlite-catalogs.ts";
import type { CatalogReader } from "../../src/ports/catalog.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Opens the catalog for writing, appends for ever, and says which event was acknowledged. */
const writing = `
  const { sqliteCatalogs } = await import(process.argv[1]);
  const catalog = await sqliteCatalogs.openWriter(process.argv[2], "sluice run");
  const run = { id: "r", startedAt: 1, finishedAt: null, status: "running", blueprint: "b", decision: "d" };
  if ((await catalog.run("r")) === null) await catalog.createRun(run);
  const first = (await catalog.events("r")).length;
  console.log("open");
  for (let seq = first; ; seq += 1) {
    const event = { type: "CancelRequested", at: seq, cause: "x".repeat(200) };
    await catalog.append("r", [{ seq, event }]);
    console.log(seq);
  }
`;

const module = join(repositoryFolder, "dist", "catalogs", "sqlite", "sqlite-catalogs.js");

interface Writer {
  readonly child: ChildProcess;
  /** What the process has said so far, line by line. */
  readonly lines: readonly string[];
  /** Fulfilled when it has said so many lines. */
  said(count: number): Promise<void>;
}

async function startWriter(path: string): Promise<Writer> {
  const args = ["--input-type=module", "--eval", writing, module, path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  const said = async (count: number) => {
    while (lines.length < count) await once(reader, "line");
  };
  await said(1);
  return { child, lines, said };
}

/** Ends the process as nothing else does, and waits until it is gone and all it said was read. */
async function kill(writer: Writer): Promise<void> {
  const isGone = once(writer.child, "close");
  writer.child.kill("SIGKILL");
  await isGone;
}

function newFolder(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

async function openReader(path: string): Promise<CatalogReader> {
  const reader = await sqliteCatalogs.openReader(path);
  if (reader === null) throw new Error("There is no catalog");
  onTestFinished(() => reader[Symbol.asyncDispose]());
  return reader;
}

test("a second writer is refused with command and pid of the first, until the first is killed", async () => {
  const path = join(newFolder(), "catalog.db");
  const writer = await startWriter(path);
  await expect(sqliteCatalogs.openWriter(path, "sluice run")).rejects.toMatchObject({
    code: "CATALOG_LOCKED",
    message: expect.stringContaining(`\`sluice run\` (pid ${writer.child.pid}, since 20`),
  });
  await kill(writer);
  const catalog = await sqliteCatalogs.openWriter(path, "sluice run");
  await catalog[Symbol.asyncDispose]();
});

test("readers of another process see a growing log while it is written, and no gap in it", async () => {
  const path = join(newFolder(), "catalog.db");
  const writer = await startWriter(path);
  const reader = await openReader(path);
  let before = 0;
  for (let look = 1; look <= 20; look += 1) {
    await writer.said(1 + look * 3);
    const events = await reader.events("r");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(events.length).toBeGreaterThanOrEqual(Math.max(before, look * 3));
    before = events.length;
  }
});

test("whatever was acknowledged before a kill is there after it, and the log goes on", async () => {
  const path = join(newFolder(), "catalog.db");
  for (let kills = 1; kills <= 5; kills += 1) {
    const writer = await startWriter(path);
    await writer.said(2 + kills * 17);
    await kill(writer);
    const acknowledged = Number(writer.lines.at(-1));
    const reader = await openReader(path);
    const events = await reader.events("r");
    expect(events.length).toBeGreaterThan(acknowledged);
    expect(events.length).toBeLessThanOrEqual(acknowledged + 2);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  }
});

/** Appends an event, says so, and once it is told to goes on with the next one. */
const writingWhenTold = `
  const { sqliteCatalogs } = await import(process.argv[1]);
  const catalog = await sqliteCatalogs.openWriter(process.argv[2], "sluice run");
  const append = (seq) => catalog.append("r", [{ seq, event: { type: "RunResumed", at: seq } }]);
  await catalog.createRun({
    id: "r", startedAt: 1, finishedAt: null, status: "running", blueprint: "b", decision: "d",
  });
  await append(0);
  console.log("0");
  process.stdin.once("data", () => {
    append(1).then(() => console.log("1"), (error) => console.log(error.code)).then(() => process.exit());
  });
`;

test("a writer that was stopped and taken over from writes nothing when it goes on", async () => {
  const path = join(newFolder(), "catalog.db");
  const args = ["--input-type=module", "--eval", writingWhenTold, module, path];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = createInterface({ input: child.stdout });
  expect(await once(lines, "line")).toEqual(["0"]);
  child.kill("SIGSTOP");
  // As on a disk whose locks do not hold, or by someone who thought that it was in the way.
  rmSync(`${path}.lock`);
  const catalog = await sqliteCatalogs.openWriter(path, "sluice serve");
  const before = await catalog.events("r");
  child.stdin.write("go on\n");
  child.kill("SIGCONT");
  expect(await once(lines, "line")).toEqual(["FENCED_OUT"]);
  expect(await catalog.events("r")).toEqual(before);
  await catalog.append("r", [{ seq: before.length, event: { type: "RunResumed", at: 1 } }]);
  await catalog[Symbol.asyncDispose]();
});

test("processes that leave signals while one writes lose none and disturb no one", async () => {
  const path = join(newFolder(), "catalog.db");
  const writer = await startWriter(path);
  const senders = await Promise.all([1, 2, 3].map((sender) => sendFrom(path, `${sender}`)));
  expect(senders).toEqual([0, 0, 0]);
  await writer.said(writer.lines.length + 2);
  expect(writer.lines).not.toContain("CATALOG_LOCKED");
  expect((await (await openReader(path)).signals()).length).toBe(60);
});

/** Sends 20 signals, each on its own, and says how the process ended. */
async function sendFrom(path: string, source: string): Promise<unknown> {
  const sending = `
    const { sqliteCatalogs } = await import(process.argv[1]);
    const inbox = await sqliteCatalogs.openInbox(process.argv[2]);
    for (let id = 0; id < 20; id += 1) {
      await inbox.send([{ source: process.argv[3], id: String(id), event: {} }], 1);
    }
    await inbox[Symbol.asyncDispose]();
  `;
  const args = ["--input-type=module", "--eval", sending, module, path, source];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const [code]: unknown[] = await once(child, "exit");
  return code;
}

test("a reader where there is no catalog leaves nothing behind", async () => {
  const folder = newFolder();
  expect(await sqliteCatalogs.openReader(join(folder, "catalog.db"))).toBe(null);
  expect(await sqliteCatalogs.openReader(join(folder, "deeper", "catalog.db"))).toBe(null);
  expect(readdirSync(folder)).toEqual([]);
});

test("a catalog that was closed is whole in its one file", async () => {
  const path = join(newFolder(), "catalog.db");
  const catalog = await sqliteCatalogs.openWriter(path, "a test");
  await catalog.putNotes("memo", new Map([["a", 1]]));
  await catalog[Symbol.asyncDispose]();
  expect(existsSync(`${path}.holder`)).toBe(false);
  copyFileSync(path, `${path}.copy`);
  expect(await (await openReader(`${path}.copy`)).notes("memo")).toEqual(new Map([["a", 1]]));
});

/** As another user who may look but not write; only root can become one. */
test.skipIf(process.getuid?.() !== 0)(
  "someone who may not write can read a catalog that is at rest, and is told why not more",
  async () => {
    const folder = newFolder();
    const path = join(folder, "catalog.db");
    const catalog = await sqliteCatalogs.openWriter(path, "a test");
    await catalog.putNotes("memo", new Map([["a", 1]]));
    await catalog[Symbol.asyncDispose]();
    for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true });
    chmodSync(folder, 0o755);
    const looking = `
    process.setuid(65534);
    const { sqliteCatalogs } = await import(process.argv[1]);
    const reader = await sqliteCatalogs.openReader(process.argv[2]);
    const writer = await sqliteCatalogs.openWriter(process.argv[2], "x").catch((error) => error);
    console.log(JSON.stringify([[...(await reader.notes("memo"))], writer.code, writer.message]));
  `;
    const args = ["--input-type=module", "--eval", looking, module, path];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    expect(JSON.parse(String(line))).toEqual([
      [["a", 1]],
      "CATALOG_INVALID",
      `${path} cannot be written.`,
    ]);
  },
);
