/** A string's start: an optional prefix for raw and bytes, and one or three quotes. */
const stringStart = /(?:\b[rRbB]{1,2})?("""|'''|"|')/y;

/**
 * Replaces comments (`// …` to the end of the line) by spaces, so that every offset stays and
 * brackets can be looked for in what is left.
 */
export function maskComments(text: string): string {
  let masked = "";
  let at = 0;
  while (at < text.length) {
    const end = tokenEnd(text, at);
    masked += text.startsWith("//", at) ? " ".repeat(end - at) : text.slice(at, end);
    at = end;
  }
  return masked;
}

function tokenEnd(text: string, at: number): number {
  if (text.startsWith("//", at)) {
    const newline = text.indexOf("\n", at);
    return newline < 0 ? text.length : newline;
  }
  stringStart.lastIndex = at;
  const match = stringStart.exec(text);
  if (match === null) return at + 1;
  const quote = match[1] ?? "";
  const isRaw = /[rR]/.test(match[0]);
  let end = at + match[0].length;
  while (end < text.length && !text.startsWith(quote, end)) {
    end += text[end] === "\\" && !isRaw ? 2 : 1;
  }
  return Math.min(end + quote.length, text.length);
}

/** Widens a range of masked text by the parentheses around it that hold nothing else. */
export function widenByParentheses(
  masked: string,
  range: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } {
  let { start, end } = range;
  for (;;) {
    const before = /\(\s*$/.exec(masked.slice(0, start));
    const after = /^\s*\)/.exec(masked.slice(end));
    if (before === null || after === null) return { start, end };
    start -= before[0].length;
    end += after[0].length;
  }
}
