import { open } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Manifest, StagedFile } from "../../ports/staging.ts";

/** A header beyond this is taken for broken. */
const headerBytesMax = 1_048_576;

type CsvFormat = Extract<Manifest["format"], { type: "csv" }>;

/**
 * Reads the column names of a CSV file, named as DuckDB names them. Reading them here costs one
 * small read; asking the engine costs a tenth of the whole load.
 * @returns `null` when the first line is no header
 */
export async function readCsvHeader(
  file: StagedFile,
  format: CsvFormat,
  compression: Manifest["compression"],
): Promise<readonly string[] | null> {
  const text = decode(await readStart(file.path, compression), format.encoding);
  const fields = splitLine(text.replace(/^\ufeff/, ""), format);
  return fields === null ? null : columnNames(fields);
}

async function readStart(path: string, compression: Manifest["compression"]): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536));
      const start = buffer.subarray(0, bytesRead);
      // The start of a compressed file ends early; what can be read of it is enough.
      return compression === "gzip"
        ? gunzipSync(start, {
            finishFlush: constants.Z_SYNC_FLUSH,
            maxOutputLength: headerBytesMax,
          })
        : start;
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

function decode(bytes: Buffer, encoding: CsvFormat["encoding"]): string {
  if (encoding === "latin-1") return bytes.toString("latin1");
  return bytes.toString(encoding === "utf-16" ? "utf16le" : "utf8");
}

/** The fields of the first line; `null` when it does not end within the text or its quotes do not. */
function splitLine(text: string, { delimiter, quote }: CsvFormat): readonly string[] | null {
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
  return isQuoted ? null : [...fields, field];
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
