/** How a YAML scalar is written. */
export type ScalarStyle =
  | "PLAIN"
  | "QUOTE_SINGLE"
  | "QUOTE_DOUBLE"
  | "BLOCK_LITERAL"
  | "BLOCK_FOLDED";

/** Where a walk stands in the written text and in the value that it means. */
interface Walk {
  readonly written: string;
  readonly value: string;
  /** The offset in `written` of each character of `value` so far. */
  readonly offsets: number[];
  at: number;
}

/**
 * For each character of a scalar's value, and for its end, the offset in the text as written:
 * indentation, folded line breaks, quotes and escapes lie between. Exact for every character
 * that is written as itself; a folded break stands where the break is.
 */
export function scalarOffsets(
  written: string,
  value: string,
  style: ScalarStyle,
): readonly number[] {
  const walk: Walk = { written, value, offsets: [], at: contentStart(written, style) };
  const isQuoted = style === "QUOTE_DOUBLE" || style === "QUOTE_SINGLE";
  while (walk.offsets.length < value.length && walk.at < written.length) {
    if (style === "QUOTE_DOUBLE" && written[walk.at] === "\\") takeEscape(walk);
    else if (written[walk.at] === value[walk.offsets.length] && !isBreak(written[walk.at])) {
      walk.offsets.push(walk.at);
      walk.at += style === "QUOTE_SINGLE" && written[walk.at] === "'" ? 2 : 1;
    } else if (isBreak(written[walk.at])) takeBreaks(walk, style);
    else walk.at += 1;
  }
  const end = isQuoted ? Math.min(walk.at, written.length - 1) : Math.min(walk.at, written.length);
  while (walk.offsets.length <= value.length) walk.offsets.push(end);
  return walk.offsets;
}

/** Past the opening quote, or past a block scalar's header line. */
function contentStart(written: string, style: ScalarStyle): number {
  if (style === "PLAIN") return 0;
  if (style === "QUOTE_SINGLE" || style === "QUOTE_DOUBLE") return 1;
  const lineEnd = written.indexOf("\n");
  return lineEnd < 0 ? written.length : lineEnd + 1;
}

function isBreak(character: string | undefined): boolean {
  return character === "\n" || character === "\r";
}

/** A run of line breaks as written stands for the breaks, or the one space, of the value here. */
function takeBreaks(walk: Walk, style: ScalarStyle): void {
  const start = walk.at;
  const isLiteral = style === "BLOCK_LITERAL";
  if (isLiteral) {
    walk.at += walk.written.startsWith("\r\n", start) ? 2 : 1;
    if (walk.value[walk.offsets.length] === "\n") walk.offsets.push(start);
    return;
  }
  // In plain and quoted text all indentation is dropped; a block keeps what exceeds its own.
  const breaks = style === "BLOCK_FOLDED" ? /^[\r\n\t ]*[\r\n]/ : /^[\r\n\t ]*[\r\n][\t ]*/;
  const run = breaks.exec(walk.written.slice(start))?.[0] ?? "";
  walk.at += Math.max(1, run.length);
  if (walk.value[walk.offsets.length] === " ") walk.offsets.push(start);
  else while (walk.value[walk.offsets.length] === "\n") walk.offsets.push(start);
}

const escapeLength: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** An escape stands for one character (two UTF-16 units above U+FFFF), or joins two lines. */
function takeEscape(walk: Walk): void {
  const kind = walk.written[walk.at + 1] ?? "";
  if (isBreak(kind)) {
    const run = /^\\\r?\n[\t ]*/.exec(walk.written.slice(walk.at))?.[0] ?? "";
    walk.at += Math.max(1, run.length);
    return;
  }
  const length = escapeLength[kind] ?? 2;
  walk.offsets.push(walk.at);
  const code =
    length === 10 ? Number.parseInt(walk.written.slice(walk.at + 2, walk.at + 10), 16) : 0;
  if (code > 0xffff) walk.offsets.push(walk.at);
  walk.at += length;
}
