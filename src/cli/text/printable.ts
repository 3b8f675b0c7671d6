/**
 * Control characters, and those that reorder or hide text: data and file names must not be able
 * to steer a terminal or to look like something else.
 */
const unprintable = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;

const shortForms: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text as one line that shows what is in it: whatever is not visible is written as an escape. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return shortForms[character] ?? `\\u{${code.toString(16)}}`;
  });
}

/** The lines of a text, each printable. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll("\t", "  ")));
}
