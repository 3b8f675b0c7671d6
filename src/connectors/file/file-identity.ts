import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { OperatingError } from "../../errors/operating-error.ts";
import { fileStamp } from "../../ports/file-stamp.ts";
import { toFileError } from "./file-errors.ts";
import type { FoundFile } from "./find-files.ts";

/** What the file system says of a file; while it stays the same, so does the content (see below). */
const stampSchema = z.strictObject({
  size: z.number(),
  /** See `fileStamp`. */
  text: z.string(),
});

/** What reading a whole file once tells. */
const contentSchema = z.strictObject({
  sha256: z.string(),
  /** Bytes after decompression. */
  textBytes: z.number(),
  isGzip: z.boolean(),
  isUtf8: z.boolean(),
});

/** A file's content under the stamp that it had. */
export const knownFileSchema = z.strictObject({
  path: z.string(),
  stamp: stampSchema,
  content: contentSchema,
});

export type FileStamp = z.output<typeof stampSchema>;
export type FileContent = z.output<typeof contentSchema>;
export type KnownFile = z.output<typeof knownFileSchema>;

/** A file with its stamp and content. */
export interface IdentifiedFile extends FoundFile {
  readonly stamp: FileStamp;
  readonly content: FileContent;
  readonly mtimeMs: number;
  /** True when a later write could leave the stamp as it is, so that it proves nothing. */
  readonly isRacy: boolean;
}

/**
 * How long after a change a stamp is not trusted. File systems count in steps of up to 2 s (FAT,
 * some network ones), and the kernel's clock ticks in milliseconds.
 */
const racyMs = 2_000;

/**
 * Identifies a file's content, by its stamp when `known` has it, else by reading it. A change time
 * (ctime) cannot be set by programs, so a preserved modification time hides nothing.
 * @throws SOURCE_MISSING, SOURCE_UNREADABLE, SOURCE_CHANGED when it does not hold still
 */
export async function identifyFile(
  file: FoundFile,
  known: KnownFile | undefined,
  context: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<IdentifiedFile> {
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = await stampFile(file);
      const isRacy = before.ctimeMs + racyMs > context.now();
      if (known && !isRacy && isSameStamp(known.stamp, before.stamp)) {
        return { ...file, ...before, content: known.content, isRacy };
      }
      const content = await readContent(file, context.signal);
      const after = await stampFile(file);
      if (isSameStamp(before.stamp, after.stamp)) return { ...file, ...before, content, isRacy };
    }
  } catch (error) {
    throw toFileError(error, file.path);
  }
  throw new OperatingError("SOURCE_CHANGED", `${file.path} keeps changing while it is read`, {
    hint: "Write files under another name and rename them when they are complete.",
  });
}

/** The stamp of a file as it is now. @throws SOURCE_UNREADABLE when it is no regular file */
async function stampFile(
  file: FoundFile,
): Promise<{ readonly stamp: FileStamp; readonly mtimeMs: number; readonly ctimeMs: number }> {
  const stats = await stat(file.absolute, { bigint: true });
  if (stats.isDirectory()) {
    throw new OperatingError("SOURCE_UNREADABLE", `${file.path} is a folder, not a file`, {
      hint: `Name its files, for example ${file.path}/*.csv.`,
    });
  }
  if (!stats.isFile()) {
    throw new OperatingError("SOURCE_UNREADABLE", `${file.path} is a device or pipe, not a file`);
  }
  return {
    stamp: { size: Number(stats.size), text: fileStamp(stats) },
    mtimeMs: Number(stats.mtimeMs),
    ctimeMs: Number(stats.ctimeMs),
  };
}

/**
 * Makes sure that a file is still what it was identified as.
 * @throws SOURCE_CHANGED when it was written to, SOURCE_MISSING when it is gone
 */
export async function refuseChanged(file: IdentifiedFile): Promise<void> {
  const now = await stampFile(file);
  if (isSameStamp(now.stamp, file.stamp)) return;
  throw new OperatingError("SOURCE_CHANGED", `${file.path} changed while it was read`, {
    hint: "Write files under another name and rename them when they are complete.",
  });
}

function isSameStamp(left: FileStamp, right: FileStamp): boolean {
  return left.text === right.text;
}

/** Reads a file to its end: its hash, and whether it is whole and valid. */
async function readContent(file: FoundFile, signal: AbortSignal): Promise<FileContent> {
  const hash = createHash("sha256");
  const utf8 = utf8Check();
  let bytes = 0;
  let isGzip = false;
  const handle = await open(file.absolute, "r");
  try {
    const chunk = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, 0, chunk.length);
      if (bytesRead === 0) break;
      const piece = chunk.subarray(0, bytesRead);
      if (bytes === 0) isGzip = piece[0] === 0x1f && piece[1] === 0x8b;
      bytes += bytesRead;
      hash.update(piece);
      if (!isGzip) utf8.update(piece);
    }
  } finally {
    await handle.close();
  }
  const sha256 = hash.digest("hex");
  if (!isGzip) return { sha256, textBytes: bytes, isGzip, isUtf8: utf8.isValid() };
  return { sha256, isGzip, ...(await inflate(file, signal)) };
}

/** Decompresses a file for its checksums' sake: DuckDB does not check them. */
async function inflate(file: FoundFile, signal: AbortSignal) {
  const utf8 = utf8Check();
  let textBytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      textBytes += chunk.length;
      utf8.update(chunk);
      done();
    },
  });
  const source = createReadStream(file.absolute, { highWaterMark: 1 << 20 });
  await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), sink, { signal });
  return { textBytes, isUtf8: utf8.isValid() };
}

/** Checks UTF-8 over chunks that may end within a character. */
function utf8Check() {
  let isValid = true;
  let rest: Buffer = Buffer.alloc(0);
  return {
    update(chunk: Buffer): void {
      if (!isValid) return;
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = text.length - unfinishedBytes(text);
      isValid = isUtf8(text.subarray(0, end));
      rest = Buffer.from(text.subarray(end));
    },
    isValid: () => isValid && rest.length === 0,
  };
}

/** How many bytes at the end begin a character that is not complete, 0 to 3. */
function unfinishedBytes(text: Buffer): number {
  for (let count = 1; count <= Math.min(3, text.length); count += 1) {
    const byte = text[text.length - count] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > count ? count : 0;
    }
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** The first bytes of a file, decompressed. */
export async function readHead(
  file: { readonly absolute: string; readonly isGzip: boolean },
  bytesMax: number,
): Promise<Buffer> {
  if (!file.isGzip) {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file.absolute, "r");
      const buffer = Buffer.alloc(bytesMax);
      const { bytesRead } = await handle.read(buffer, 0, bytesMax, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle?.close();
    }
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = createReadStream(file.absolute);
  const text = source.pipe(createGunzip());
  source.on("error", (error) => text.destroy(error));
  try {
    for await (const chunk of text) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bytesMax) break;
    }
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}
