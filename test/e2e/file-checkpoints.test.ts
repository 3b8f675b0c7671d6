import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileConnector } from "../../src/connectors/file/file-connector.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { StagedChunks } from "../../src/ports/staging.ts";
import { folderStaging } from "../../src/stagings/folder/folder-staging.ts";
import { never, sourceOf } from "../contract/connector-contract.ts";
import { fileScene } from "../support/file-scene.ts";

// Goal: files that must be copied to be read are copied once, whatever becomes of the extraction.

/** A file that is no UTF-8, so that it is copied; large enough to be kept on its own. */
const large = (letter: string) =>
  Buffer.from(`id,name\n${`1,${letter.repeat(990)}\xe9\n`.repeat(36_000)}`, "latin1");

test("copies of an extraction that fails are taken by the next one, if their files are the same", async () => {
  await using scene = await fileScene();
  const staging = folderStaging(join(scene.folder, "staging"));
  for (const name of ["a", "b"]) scene.write(`in/${name}.csv`, large(name));
  const source = sourceOf(fileConnector, { path: "in/*.csv" });
  const made: number[] = [];
  const attempt = (extraction: string, breaks: boolean) =>
    staging.stage(
      "subject",
      hashOf(extraction),
      async (folder, chunks) => {
        let commits = 0;
        const counted: StagedChunks = {
          ...chunks,
          async commit(files, note) {
            commits += 1;
            const chunk = await chunks.commit(files, note);
            if (breaks && commits === 2) throw new Error("dies after the second");
            return chunk;
          },
        };
        const request = { source, folder, cursor: null, chunks: counted };
        const draft = await scene.session.extract(request, never);
        made.push(commits);
        return draft;
      },
      hashOf("work"),
    );
  await expect(attempt("first", true)).rejects.toThrow("dies");
  scene.write("in/b.csv", large("c"));
  const manifest = await attempt("second", false);
  // The file that changed is copied again, the other one is not.
  expect(made).toEqual([1]);
  expect(manifest.rows).toBe(72_000);
  const texts = manifest.files.map(({ path }) => readFileSync(path, "utf8").slice(0, 14));
  expect(texts).toEqual(["id,name\n1,aaaa", "id,name\n1,cccc"]);
  expect(await staging.find("subject", hashOf("second"))).toEqual(manifest);
});
