import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** A quoted field that takes other lines in with it. */
export interface OpenQuote {
  /** The line that it opened in, from 1. */
  readonly line: number;
  /** Whether the file ends inside it; otherwise a quote of a later line was taken for its end. */
  readonly isToEnd: boolean;
}

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
}

const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * Looks for the quote that was never closed in a delimited text in UTF-8. A lenient reader makes one
 * value of all lines after it. @returns `null` when there is none
 */
export async function findOpenQuote(
  file: { readonly readable: string; readonly isGzip: boolean },
  dialect: Dialect,
): Promise<OpenQuote | null> {
  const quotes = quoteState(dialect);
  const source = createReadStream(file.readable, { highWaterMark: 1 << 20 });
  const text = file.isGzip ? source.pipe(createGunzip()) : source;
  source.on("error", (error) => text.destroy(error));
  try {
    let isFirst = true;
    for await (const chunk of text) {
      if (!Buffer.isBuffer(chunk)) continue;
      const isMarked = isFirst && chunk.subarray(0, 3).equals(mark);
      isFirst = false;
      const broken = quotes.update(isMarked ? chunk.subarray(3) : chunk);
      if (broken !== null) return { line: broken, isToEnd: false };
    }
  } finally {
    source.destroy();
  }
  const open = quotes.end();
  return open === null ? null : { line: open, isToEnd: true };
}

/** Follows quoted fields over chunks; both functions answer with the line of one that stays open. */
function quoteState({ delimiter, quote }: Dialect) {
  const quoteByte = Buffer.from(quote)[0] ?? 0;
  const delimiterByte = Buffer.from(delimiter).at(-1) ?? 0;
  let line = 1;
  let openedIn = 0;
  let isQuoted = false;
  /** A quote within quotes was the last byte: the next one tells whether it was doubled. */
  let isPending = false;
  let isFieldStart = true;
  const endsField = (byte: number) =>
    byte === delimiterByte || byte === lineFeed || byte === carriageReturn;
  return {
    update(chunk: Buffer): number | null {
      for (const byte of chunk) {
        if (byte === lineFeed) line += 1;
        if (isQuoted && !isPending) {
          isPending = byte === quoteByte;
          continue;
        }
        if (isPending) {
          isPending = false;
          if (byte === quoteByte) continue;
          isQuoted = false;
          if (line > openedIn && !endsField(byte) && byte !== space) return openedIn;
        }
        if (endsField(byte)) isFieldStart = true;
        else if (byte === quoteByte && isFieldStart) {
          isQuoted = true;
          openedIn = line;
        } else if (byte !== space) isFieldStart = false;
      }
      return null;
    },
    end: () => (isQuoted && !isPending ? openedIn : null),
  };
}
