import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { readTextFile } from "./read-text-file.ts";

test("a file is read as UTF-8, with or without its mark, whatever its length", async () => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  const long = "größer ".repeat(100_000);
  await writeFile(join(folder, "long.txt"), long);
  await writeFile(join(folder, "marked.txt"), "\ufeffa");
  await writeFile(join(folder, "empty.txt"), "");
  expect(await readTextFile(join(folder, "long.txt"))).toBe(long);
  expect(await readTextFile(join(folder, "marked.txt"))).toBe("a");
  expect(await readTextFile(join(folder, "empty.txt"))).toBe("");
});

test("what cannot be read says why, with its path", async () => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "latin.txt"), Buffer.from([0x67, 0x72, 0xf6]));
  await writeFile(join(folder, "huge.txt"), Buffer.alloc(17 * 1_048_576, 0x20));
  const failure = async (name: string) =>
    await readTextFile(join(folder, name)).then(
      () => null,
      (error: unknown) => error,
    );
  expect(await failure("none.txt")).toMatchObject({
    code: "NOT_FOUND",
    message: `There is no file ${join(folder, "none.txt")}`,
  });
  expect(await failure("sub")).toMatchObject({
    code: "NOT_FOUND",
    message: `This is a folder, not a file: ${join(folder, "sub")}`,
  });
  expect(await failure("latin.txt")).toMatchObject({
    code: "USAGE_INVALID",
    hint: "Save it as UTF-8.",
  });
  expect(await failure("huge.txt")).toMatchObject({
    code: "USAGE_INVALID",
    message: `${join(folder, "huge.txt")} is larger than 16 MiB.`,
  });
});
