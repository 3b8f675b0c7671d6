import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashText } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { fileStamp } from "../../ports/file-stamp.ts";
import type { ManifestDraft, StagedChunk, StagedFile, Staging } from "../../ports/staging.ts";
import { folderStaging } from "./folder-staging.ts";

const extraction = hashText("extraction");
const other = hashText("other");

function fileOf(path: string, isOwned: boolean): StagedFile {
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, bytes: bytes.length, sha256, rows: null, isOwned, stamp: null, name: null };
}

function draftOf(files: readonly StagedFile[]): ManifestDraft {
  return {
    format: { type: "ndjson" },
    compression: "none",
    files,
    columns: [{ name: "a", type: "BIGINT", nullable: true }],
    scope: "full",
    rows: 1,
    cursor: { at: 7 },
    replaces: [],
    fileColumn: null,
  };
}

describe("folderStaging", () => {
  let root: string;
  let staging: Staging;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "sluice-staging-"));
    staging = folderStaging(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (folder: string): Promise<ManifestDraft> => {
    await writeFile(join(folder, "part.ndjson"), '{"a":1}\n');
    return draftOf([fileOf(join(folder, "part.ndjson"), true)]);
  };

  test("an extraction that has committed is found, and is not written again", async () => {
    expect(await staging.find("flights", extraction)).toBeNull();
    const manifest = await staging.stage("flights", extraction, write);
    expect(manifest.files[0]?.path).toBe(join(root, "flights", extraction, "part.ndjson"));
    expect(await staging.find("flights", extraction)).toEqual(manifest);
    const again = await staging.stage("flights", extraction, () => {
      throw new Error("it is not written again");
    });
    expect(again).toEqual(manifest);
    expect(await folderStaging(root).find("flights", extraction)).toEqual(manifest);
  });

  test("the same content has the same id, wherever it is staged", async () => {
    const first = await staging.stage("flights", extraction, write);
    const elsewhere = await folderStaging(join(root, "b")).stage("flights", extraction, write);
    expect(elsewhere.id).toBe(first.id);
    const third = await staging.stage("flights", other, write);
    expect(third.id).not.toBe(first.id);
  });

  test("an extraction that fails leaves nothing, and its error stays what it was", async () => {
    const failure = new OperatingError("SOURCE_MISSING", "gone");
    await expect(
      staging.stage("flights", extraction, async (folder) => {
        await write(folder);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(readdirSync(join(root, "flights"))).toEqual([]);
    expect(await staging.find("flights", extraction)).toBeNull();
  });

  test.each([
    ["cut", (text: string) => text.slice(0, 100)],
    ["edited", (text: string) => text.replace('"rows": 1', '"rows": 2')],
    ["empty", () => ""],
    ["of another shape", () => "[]"],
  ])("a manifest that is %s counts as none, and is staged again", async (_, damage) => {
    const manifest = await staging.stage("flights", extraction, write);
    const path = join(root, "flights", extraction, "manifest.json");
    writeFileSync(path, damage(readFileSync(path, "utf8")));
    expect(await staging.find("flights", extraction)).toBeNull();
    expect(await staging.stage("flights", extraction, write)).toEqual(manifest);
  });

  test("an extraction whose own files are gone or cut counts as none", async () => {
    const path = join(root, "flights", extraction, "part.ndjson");
    await staging.stage("flights", extraction, write);
    writeFileSync(path, "{");
    expect(await staging.find("flights", extraction)).toBeNull();
    await staging.stage("flights", extraction, write);
    rmSync(path);
    expect(await staging.find("flights", extraction)).toBeNull();
  });

  test("the source's own files are read where they are; when they change, that is an error", async () => {
    const path = join(root, "own.ndjson");
    writeFileSync(path, '{"a":1}\n');
    const manifest = await staging.stage("own", extraction, () =>
      Promise.resolve(draftOf([fileOf(path, false)])),
    );
    expect(await staging.find("own", extraction)).toEqual(manifest);
    writeFileSync(path, '{"a":1}\n{"a":2}\n');
    await expect(staging.find("own", extraction)).rejects.toMatchObject({ code: "STAGING_STALE" });
    rmSync(path);
    await expect(staging.find("own", extraction)).rejects.toMatchObject({ code: "STAGING_STALE" });
  });

  test("the source's own file that was written to is read again, though nothing is new in it", async () => {
    const path = join(root, "own.ndjson");
    writeFileSync(path, '{"a":1}\n');
    const stage = (stamp: string) =>
      staging.stage("own", extraction, () =>
        Promise.resolve(draftOf([{ ...fileOf(path, false), stamp }])),
      );
    const stampNow = () => fileStamp(statSync(path, { bigint: true }));
    const first = await stage(stampNow());
    expect(await stage("nobody asks")).toEqual(first);
    writeFileSync(`${path}.new`, '{"a":1}\n');
    renameSync(`${path}.new`, path);
    await expect(staging.find("own", extraction)).rejects.toMatchObject({ code: "STAGING_STALE" });
    const again = await stage(stampNow());
    expect(again.id).toBe(first.id);
    expect(await staging.find("own", extraction)).toEqual(again);
  });

  test.each(["..", "", "a/b", ".tmp-x", "a\0b", "a\\b", "x".repeat(300)])(
    "a source named %j cannot leave the folder",
    async (source) => {
      const staged = async () => staging.stage(source, extraction, write);
      await expect(staged()).rejects.toMatchObject({ code: "STAGING_INVALID" });
    },
  );

  test("an extraction that is no hash is refused", async () => {
    const found = async () => staging.find("flights", "../../etc");
    await expect(found()).rejects.toMatchObject({ code: "STAGING_INVALID" });
  });

  test("files must be written where they belong, and hold what is said of them", async () => {
    const outside = join(root, "outside");
    writeFileSync(outside, "x");
    for (const file of [
      fileOf(outside, true),
      { ...fileOf(outside, false), path: "outside" },
      { ...fileOf(outside, false), bytes: 99 },
    ]) {
      await expect(
        staging.stage("flights", extraction, () => Promise.resolve(draftOf([file]))),
      ).rejects.toMatchObject({ code: expect.stringMatching(/STAGING_INVALID|STAGING_STALE/) });
    }
  });

  test("sweeping keeps what is named, and of the rest what is young and not done", async () => {
    const kept = await staging.stage("flights", extraction, write);
    await staging.stage("flights", other, write);
    await staging.stage("weather", other, write);
    await mkdtemp(join(root, "flights", ".tmp-"));
    const keep = new Set([extraction]);
    const trial = { keep, done: new Set(["flights"]), since: 0, isTrial: true };
    expect(await staging.sweep(trial)).toMatchObject({ extractions: 2 });
    expect(readdirSync(join(root, "flights"))).toHaveLength(3);
    const removed = await staging.sweep({ keep, done: new Set(["flights"]), since: 0 });
    expect(removed.extractions).toBe(2);
    expect(removed.bytes).toBeGreaterThan(0);
    expect(readdirSync(join(root, "flights"))).toEqual([extraction]);
    expect(await staging.find("flights", extraction)).toEqual(kept);
    expect(await staging.find("weather", other)).not.toBeNull();
    await staging.sweep({ keep, done: new Set(), since: Number.MAX_SAFE_INTEGER });
    expect(await staging.find("weather", other)).toBeNull();
    await folderStaging(join(root, "nowhere")).sweep({ keep, done: new Set(), since: 0 });
  });

  describe("chunks", () => {
    const work = hashText("work");

    /** Commits chunks `from` to `to` (exclusive), then fails or finishes with all there are. */
    const attempt = (from: number, to: number, failure: Error | null, id = extraction) =>
      staging.stage(
        "big",
        id,
        async (folder, chunks) => {
          const files = chunks.before.flatMap((chunk) => chunk.files);
          for (let at = from; at < to; at += 1) {
            const path = join(folder, "part.ndjson");
            await writeFile(path, `{"a":${at}}\n`);
            const chunk = await chunks.commit([fileOf(path, true)], { at });
            files.push(...chunk.files);
          }
          await writeFile(join(folder, "half"), "x");
          if (failure !== null) throw failure;
          return draftOf(files);
        },
        work,
      );
    const found = async () => {
      let seen: readonly StagedChunk[] = [];
      const looking = staging.stage(
        "big",
        other,
        (_, chunks) => {
          seen = chunks.before;
          return Promise.reject(new Error("only looked"));
        },
        work,
      );
      await expect(looking).rejects.toThrow("only looked");
      return seen;
    };

    test("what was committed is there for the next attempt, also of another extraction", async () => {
      await expect(attempt(0, 2, new Error("dies"))).rejects.toThrow("dies");
      expect((await found()).map(({ note }) => note)).toEqual([{ at: 0 }, { at: 1 }]);
      expect(readdirSync(join(root, "big"))).toEqual([`.part-${work}`]);
      const manifest = await attempt(2, 3, null, other);
      expect(manifest.files.map(({ path }) => readFileSync(path, "utf8"))).toEqual([
        '{"a":0}\n',
        '{"a":1}\n',
        '{"a":2}\n',
      ]);
      expect(readdirSync(join(root, "big"))).toEqual([other]);
      expect(readdirSync(join(root, "big", other))).toHaveLength(4);
      expect(await folderStaging(root).find("big", other)).toEqual(manifest);
    });

    test("a chunk that is damaged counts as none, and the others stay", async () => {
      await expect(attempt(0, 3, new Error("dies"))).rejects.toThrow("dies");
      const folder = join(root, "big", `.part-${work}`);
      const names = readdirSync(folder).filter((name) => name.startsWith("chunk-"));
      const path = join(folder, names[1] ?? "");
      writeFileSync(path, readFileSync(path, "utf8").replace('"at": 1', '"at": 9'));
      expect((await found()).map(({ note }) => note)).toEqual([{ at: 0 }, { at: 2 }]);
      const [first] = await found();
      writeFileSync(first?.files[0]?.path ?? "", "");
      expect((await found()).map(({ note }) => note)).toEqual([{ at: 2 }]);
    });

    test("one that is dropped is gone, and is no part of the extraction", async () => {
      await expect(attempt(0, 2, new Error("dies"))).rejects.toThrow("dies");
      const manifest = await staging.stage(
        "big",
        extraction,
        async (_, chunks) => {
          await chunks.drop(chunks.before.slice(0, 1));
          return draftOf(chunks.before.slice(1).flatMap((chunk) => chunk.files));
        },
        work,
      );
      expect(manifest.files).toHaveLength(1);
      expect(readdirSync(join(root, "big", extraction))).toHaveLength(2);
    });

    test("a full disk gets back what was read, and sweeping what nobody went on with", async () => {
      await expect(attempt(0, 1, new Error("dies"))).rejects.toThrow("dies");
      const keep = new Set<string>();
      await staging.sweep({ keep, done: new Set(), since: 0 });
      expect(await found()).toHaveLength(1);
      const full = Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" });
      await expect(attempt(1, 2, full)).rejects.toMatchObject({ code: "STAGING_FULL" });
      expect(readdirSync(join(root, "big"))).toEqual([]);
      await expect(attempt(0, 1, new Error("dies"))).rejects.toThrow("dies");
      await staging.sweep({ keep, done: new Set(), since: Number.MAX_SAFE_INTEGER });
      expect(readdirSync(join(root, "big"))).toEqual([]);
    });
  });

  test("a full disk says so", async () => {
    const full = Object.assign(new Error("no space left"), { code: "ENOSPC", syscall: "write" });
    await expect(
      staging.stage("flights", extraction, () => Promise.reject(full)),
    ).rejects.toMatchObject({ code: "STAGING_FULL" });
  });
});
