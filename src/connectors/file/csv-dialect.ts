/** What the head of a delimited text tells; pure, so that every odd file can be a test case. */

export interface CsvHead {
  readonly delimiter: string;
  /** Names of the columns: unique without regard to case, none empty. */
  readonly names: readonly string[];
  /** Lines before the header, or before the first row when there is none. */
  readonly skip: number;
  /** False when the header cannot be used as it stands: doubled, empty or padded names. */
  readonly isHeaderClean: boolean;
  /** The most fields seen in one row. */
  readonly width: number;
}

export interface CsvReading {
  readonly delimiter: string;
  readonly quote: string;
  readonly header: boolean;
  readonly columns: readonly string[];
  readonly skip: number;
}

const delimiters = [",", ";", "\t", "|"];
const rowsMax = 2_000;

/**
 * Reads the head of a delimited text. `isWhole` says that the text is all there is; otherwise its
 * last row is taken as cut off.
 * @returns `null` when there is no row at all.
 */
export function parseCsvHead(text: string, reading: CsvReading, isWhole: boolean): CsvHead | null {
  const { rest, skipped } = skipLines(text, reading.skip);
  const delimiter =
    reading.delimiter === "auto" ? bestDelimiter(rest, reading, isWhole) : reading.delimiter;
  const rows = splitRows(rest, { ...reading, delimiter }, isWhole);
  const [first] = rows;
  if (!first) return null;
  const width = Math.max(...rows.map((row) => row.length));
  const written = reading.header
    ? first
    : Array.from({ length: width }, (_, index) => reading.columns[index] ?? "");
  const names = uniqueNames(written);
  return {
    delimiter,
    names,
    skip: skipped,
    isHeaderClean: reading.header && written.every((name, index) => name === names[index]),
    width,
  };
}

/**
 * Names that a table can have: trimmed, `column3` for an empty one, `_1` after one that is there
 * already. Case does not tell columns apart, as in DuckDB.
 */
export function uniqueNames(written: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return written.map((text, index) => {
    const plain = text.trim() === "" ? `column${index}` : text.trim();
    let name = plain;
    for (let count = 1; taken.has(name.toLowerCase()); count += 1) name = `${plain}_${count}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Leaves out the lines that the options name, and empty ones before the first that is not. */
function skipLines(text: string, count: number) {
  let at = 0;
  let skipped = 0;
  for (;;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (end < 0 || (skipped >= count && line.trim() !== "")) break;
    at = end + 1;
    skipped += 1;
  }
  return { rest: text.slice(at), skipped };
}

/** The candidate that splits the most rows as it splits the first; a comma when none does. */
function bestDelimiter(text: string, reading: CsvReading, isWhole: boolean): string {
  let best = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const rows = splitRows(text, { ...reading, delimiter }, isWhole).slice(0, 200);
    const width = rows[0]?.length ?? 0;
    if (width < 2) continue;
    const alike = rows.filter((row) => row.length === width).length / rows.length;
    const score = alike * alike * width;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Rows of quoted or plain fields; a quote inside a quoted field is doubled. */
function splitRows(
  text: string,
  reading: CsvReading,
  isWhole: boolean,
): readonly (readonly string[])[] {
  const { delimiter, quote } = reading;
  const rows: (readonly string[])[] = [];
  let fields: string[] = [];
  let field = "";
  let start = 0;
  let isQuoted = false;
  const endRow = (end: number) => {
    fields.push(field);
    if (fields.length > 1 || field !== "") rows.push(fields);
    fields = [];
    field = "";
    start = end;
  };
  for (let at = 0; at < text.length && rows.length < rowsMax; at += 1) {
    const character = text[at] ?? "";
    if (isQuoted) {
      if (character !== quote) field += character;
      else if (text[at + 1] === quote) {
        field += quote;
        at += 1;
      } else isQuoted = false;
    } else if (character === quote && field === "") isQuoted = true;
    else if (character === delimiter) {
      fields.push(field);
      field = "";
    } else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[at + 1] === "\n") at += 1;
      endRow(at + 1);
    } else field += character;
  }
  const isCutOff = !isWhole && rows.length < rowsMax;
  if (rows.length < rowsMax && start < text.length && (!isCutOff || rows.length === 0)) {
    endRow(text.length);
  }
  return rows;
}
