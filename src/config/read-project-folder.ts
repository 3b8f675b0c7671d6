import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Problem } from "../core/project/problem.ts";
import { type ProjectFile, projectFileKind } from "../core/project/project-file.ts";
import { compareText } from "../core/std/compare.ts";
import { decodeText } from "./decode-text.ts";

/** What a project's folder holds, and what in it could not be read or must not be. */
export interface ProjectFolder {
  /** Absolute. */
  readonly folder: string;
  /** In path order. */
  readonly files: readonly ProjectFile[];
  readonly problems: readonly Problem[];
}

/** The largest file that is read, in bytes. */
const fileBytesMax = 1_048_576;
/** The most files and folders that a project may have. */
const entriesMax = 20_000;
const depthMax = 32;
/** Files that are read at the same time. */
const batchSize = 32;

const rooms = [
  { name: "connections", ending: ".yaml", hasFolders: false },
  { name: "models", ending: ".sql", hasFolders: true },
  { name: "rules", ending: ".yaml", hasFolders: false },
  { name: "templates", ending: ".yaml", hasFolders: false },
  { name: "contracts", ending: ".yaml", hasFolders: false },
  { name: "scenarios", ending: ".yaml", hasFolders: false },
] as const;

type Room = (typeof rooms)[number];

/**
 * Reads the files of a project. Hidden entries are passed over. A link is followed only when it
 * leads to a file inside the project's folder; everything that is not read and looks as if it
 * should be is a problem.
 */
export async function readProjectFolder(folder: string): Promise<ProjectFolder> {
  const reader = new FolderReader(folder, await realpath(folder));
  await reader.readRoot();
  const files = reader.files.toSorted((left, right) => compareText(left.path, right.path));
  return { folder, files, problems: reader.problems };
}

class FolderReader {
  readonly files: ProjectFile[] = [];
  readonly problems: Problem[] = [];
  readonly #folder: string;
  readonly #realFolder: string;
  #entries = 0;

  constructor(folder: string, realFolder: string) {
    this.#folder = folder;
    this.#realFolder = realFolder;
  }

  async readRoot(): Promise<void> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    const paths: string[] = names.has("sluice.yaml") ? ["sluice.yaml"] : [];
    if (names.has("sluice.yml")) this.#report("sluice.yml", wrongEnding("sluice.yaml"));
    for (const room of rooms) {
      const entry = entries.find(({ name }) => name === room.name);
      if (entry === undefined) continue;
      if (entry.isSymbolicLink()) this.#report(room.name, linkedFolder);
      else if (entry.isDirectory()) paths.push(...(await this.#list(room, room.name, 0)));
    }
    for (let from = 0; from < paths.length; from += batchSize) {
      await Promise.all(paths.slice(from, from + batchSize).map((path) => this.#read(path)));
    }
  }

  /** Paths of a room's files, in folders below it where the room has them. */
  async #list(room: Room, path: string, depth: number): Promise<readonly string[]> {
    const paths: string[] = [];
    const entries = await this.#readdir(path);
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      this.#entries += 1;
      const inner = `${path}/${entry.name}`;
      if (this.#entries > entriesMax || depth > depthMax) {
        this.#report(inner, tooMany);
        return paths;
      }
      if (entry.isDirectory()) {
        if (room.hasFolders) paths.push(...(await this.#list(room, inner, depth + 1)));
        else this.#report(inner, unexpectedFolder(room.name));
      } else if (projectFileKind(inner) !== null) paths.push(inner);
      else if (/\.ya?ml$/i.test(inner) || (room.name === "models" && /\.sql$/i.test(inner))) {
        this.#report(inner, wrongEnding(inner.replace(/\.[^.]+$/, room.ending)));
      } else if (entry.isSymbolicLink() && (await this.#isFolder(inner))) {
        this.#report(inner, linkedFolder);
      }
    }
    return paths;
  }

  async #readdir(path: string) {
    try {
      return await readdir(join(this.#folder, path), { withFileTypes: true });
    } catch (error) {
      this.#report(path, unreadable(error));
      return [];
    }
  }

  async #isFolder(path: string): Promise<boolean> {
    try {
      return (await stat(join(this.#folder, path))).isDirectory();
    } catch {
      // A link to nothing that has no name of ours is not ours.
      return false;
    }
  }

  async #read(path: string): Promise<void> {
    try {
      const real = await realpath(join(this.#folder, path));
      if (!real.startsWith(this.#realFolder + sep)) return this.#report(path, linkOutside);
      if (!(await stat(real)).isFile()) return this.#report(path, notAFile);
      await using handle = await open(real, "r");
      const bytes = await readBounded(handle);
      if (bytes === null) return this.#report(path, tooLarge);
      const decoded = decodeText(bytes, path);
      if (decoded.problem === null) this.files.push({ path, text: decoded.text });
      else this.problems.push(decoded.problem);
    } catch (error) {
      this.#report(path, unreadable(error));
    }
  }

  #report(file: string, { code, message, fix }: Finding): void {
    const location = { file, line: 1, column: 1 };
    this.problems.push({ code, severity: "error", message, location, fix });
  }
}

/** The bytes of a file, or `null` when there are more than the limit. */
async function readBounded(handle: FileHandle): Promise<Buffer | null> {
  const { size } = await handle.stat();
  if (size > fileBytesMax) return null;
  const bytes = await handle.readFile();
  return bytes.length > fileBytesMax ? null : bytes;
}

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

const linkedFolder: Finding = {
  code: "link-not-followed",
  message: "This folder is a link, and links to folders are not followed.",
  fix: "Put the folder itself here.",
};
const linkOutside: Finding = {
  code: "path-outside-project",
  message: "This file is a link that leaves the project's folder.",
  fix: "Put the file itself here.",
};
const notAFile: Finding = {
  code: "not-a-file",
  message: "This is not a file.",
  fix: "Remove it or rename it.",
};
const tooLarge: Finding = {
  code: "file-too-large",
  message: `The file is larger than ${fileBytesMax} bytes, which no file written by people is.`,
  fix: "Split it into several files.",
};
const tooMany: Finding = {
  code: "too-many-files",
  message: `The project has more than ${entriesMax} files, or folders deeper than ${depthMax}.`,
  fix: "Keep what is no part of the project elsewhere.",
};

function wrongEnding(better: string): Finding {
  return {
    code: "wrong-ending",
    message: "This file is not read, because its name does not end as it should.",
    fix: `Rename it to ${better}.`,
  };
}

function unexpectedFolder(room: string): Finding {
  return {
    code: "unexpected-folder",
    message: `Only files of ${room}/ itself are read, not those in folders below it.`,
    fix: `Move its files up into ${room}/.`,
  };
}

function unreadable(error: unknown): Finding {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const why = code === "ENOENT" ? "it is a link to nothing" : `the system says ${String(code)}`;
  return {
    code: "file-unreadable",
    message: `This cannot be read: ${why}.`,
    fix: "Check it and its permissions.",
  };
}
