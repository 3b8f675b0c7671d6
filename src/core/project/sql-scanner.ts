/** A piece of SQL, with its offsets; white space and comments are not pieces. */
export interface SqlToken {
  readonly kind: "word" | "quoted" | "text" | "mark";
  /** A word as written, a quoted name without its quotes, or a mark. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const pieces = new RegExp(
  [
    "(?<space>\\s+|--[^\\n]*|/\\*[^]*?(?:\\*/|$))",
    '(?<quoted>"[^"]*(?:""[^"]*)*(?:"|$))',
    "(?<text>[eE]'[^'\\\\]*(?:(?:\\\\[^]|'')[^'\\\\]*)*(?:'|$)|'[^']*(?:''[^']*)*(?:'|$)|\\$\\$[^]*?(?:\\$\\$|$))",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_$]*)",
    "(?<mark>[^])",
  ].join("|"),
  "uy",
);

/**
 * Cuts SQL into its pieces, so that a name can be found where it is written and not in a text or
 * comment. It judges nothing: that is the warehouse's own parser's work.
 */
export function scanSql(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  pieces.lastIndex = 0;
  for (let match = pieces.exec(sql); match !== null; match = pieces.exec(sql)) {
    const { quoted, text, word, mark } = match.groups ?? {};
    const start = match.index;
    const end = pieces.lastIndex;
    if (word !== undefined) tokens.push({ kind: "word", text: word, start, end });
    else if (text !== undefined) tokens.push({ kind: "text", text, start, end });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark, start, end });
    else if (quoted !== undefined) {
      const name = quoted.slice(1).replace(/"$/, "").replaceAll('""', '"');
      tokens.push({ kind: "quoted", text: name, start, end });
    }
  }
  return tokens;
}
