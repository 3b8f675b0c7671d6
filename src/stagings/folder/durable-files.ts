import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Makes a file's content, or a folder's list of names, survive a loss of power. */
export async function makeDurable(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file and makes it durable. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and everything in it durable. */
export async function makeFolderDurable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeFolderDurable(path);
    else if (entry.isFile()) await makeDurable(path);
  }
  await makeDurable(folder);
}
