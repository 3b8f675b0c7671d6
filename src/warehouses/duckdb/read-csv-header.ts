import { open } from "node:fs/promises";
import { constants, createGunzip } from "node:zlib";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Manifest, StagedFile } from "../../ports/staging.ts";

/** A header beyond this is taken for broken. */
const headerBytesMax = 1_048_576;
/** Most headers end within this; only where one does not, more is read. */
const startBytes = 65_536;

type CsvFormat = Extract<Manifest["format"], { type: "csv" }>;

/**
 * Reads the column names of a CSV file, named as DuckDB names them. Reading them here costs one
 * small read; asking the engine costs a tenth of the whole load.
 * @returns `null` when the first line is no header, or none that ends within a mebibyte
 */
export async function readCsvHeader(
  file: StagedFile,
  format: CsvFormat,
  compression: Manifest["compression"],
): Promise<readonly string[] | null> {
  for (const bytesMax of [startBytes, headerBytesMax]) {
    const start = await readStart(file.path, compression, bytesMax);
    const text = decode(start.bytes, format.encoding).replace(/^\ufeff/, "");
    const fields = splitLine(text, format, start.isWhole);
    if (fields !== null) return columnNames(fields);
  }
  return null;
}

async function readStart(
  path: string,
  compression: Manifest["compression"],
  bytesMax: number,
): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
      const start = buffer.subarray(0, bytesRead);
      const isWhole = bytesRead < bytesMax;
      if (compression === "none") return { bytes: start, isWhole };
      const bytes = await inflateStart(start, headerBytesMax);
      return { bytes, isWhole: isWhole && bytes.length < headerBytesMax };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new OperatingError("STAGING_INVALID", `${path} cannot be read`, {
      hint: "Run again: what is missing is extracted again.",
      cause: error,
    });
  }
}

/** What the start of a compressed file holds, up to `bytesMax`: however small much text became. */
async function inflateStart(start: Buffer, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The start ends early; what can be read of it is enough.
  const text = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  text.end(start);
  for await (const chunk of text) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

function decode(bytes: Buffer, encoding: CsvFormat["encoding"]): string {
  if (encoding === "latin-1") return bytes.toString("latin1");
  return bytes.toString(encoding === "utf-16" ? "utf16le" : "utf8");
}

/**
 * The fields of the first line; `null` when it does not end within the text or its quotes do not.
 * The end of a whole text ends its line.
 */
function splitLine(
  text: string,
  { delimiter, quote }: CsvFormat,
  isWhole: boolean,
): readonly string[] | null {
  const fields: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== quote) field += character;
      else if (text.charAt(at + 1) === quote) {
        field += quote;
        at += 1;
      } else isQuoted = false;
    } else if (quote !== "" && character === quote && field.trim() === "") {
      field = "";
      isQuoted = true;
    } else if (text.startsWith(delimiter, at)) {
      fields.push(field);
      field = "";
      at += delimiter.length - 1;
    } else if (character === "\n" || character === "\r") return [...fields, field];
    else field += character;
  }
  return isQuoted || !isWhole ? null : [...fields, field];
}

/** An empty name becomes `column<place>`; one that was there before, whatever its case, a number. */
function columnNames(fields: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return fields.map((field, place) => {
    let name = field.trim() === "" ? `column${place}` : field.trim();
    let count = seen.get(name.toLowerCase());
    while (count !== undefined) {
      seen.set(name.toLowerCase(), count + 1);
      name = `${name}_${count}`;
      count = seen.get(name.toLowerCase());
    }
    seen.set(name.toLowerCase(), 1);
    return name;
  });
}
