import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { openParserWorker } from "./open-parser-worker.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-parser-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A thread that answers with its own number, hangs at `hang`, and dies at `die`. */
const script = join(folder, "thread.mjs");
writeFileSync(
  script,
  `import { parentPort, threadId } from "node:worker_threads";
  parentPort.on("message", ({ id, sql }) => {
    if (sql === "hang") for (;;);
    if (sql === "die") process.exit(3);
    if (sql === "throw") throw new Error("out of memory");
    if (sql === "break") return parentPort.postMessage({ id, ok: false, message: "unreachable" });
    if (sql === "odd") return parentPort.postMessage({ id });
    parentPort.postMessage({ id, ok: true, statements: [threadId] });
  });`,
);

const threadOf = async (parser: ReturnType<typeof openParserWorker>) => {
  const answer = await parser.parse("fine", "duckdb");
  return answer.ok ? answer.statements[0] : answer.message;
};

describe("the parser's thread", () => {
  test.each(["hang", "die", "throw", "break", "odd"])(
    "is replaced after %s, which is an answer and no error",
    async (sql) => {
      await using parser = openParserWorker(1_000, pathToFileURL(script));
      const before = await threadOf(parser);
      expect(await threadOf(parser)).toBe(before);
      expect((await parser.parse(sql, "duckdb")).ok).toBe(false);
      const after = await threadOf(parser);
      expect(after).toEqual(expect.any(Number));
      expect(after).not.toBe(before);
    },
  );

  test("answers what was asked at once in order, and nothing after it was closed", async () => {
    const parser = openParserWorker(10_000);
    const answers = await Promise.all(
      ["select 1", "select from", "select 2"].map((sql) => parser.parse(sql, "duckdb")),
    );
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await parser.parse("select 1", "klingon")).toMatchObject({
      ok: false,
      message: expect.stringContaining("klingon"),
    });
    await parser[Symbol.asyncDispose]();
    expect(await parser.parse("select 1", "duckdb")).toMatchObject({ ok: false });
  });
});
