/** A piece of a type's text. `text` is without quotes, and as written. */
export interface TypeToken {
  readonly kind: "word" | "quoted" | "literal" | "number" | "mark" | "end";
  readonly text: string;
  /** Where it starts, in UTF-16 units from 0. */
  readonly at: number;
}

const pattern =
  /\s*(?:(?<word>[\p{L}_][\p{L}\p{N}_$]*)|"(?<quoted>(?:[^"]|"")*)"|'(?<literal>(?:[^']|'')*)'|(?<number>[0-9]+)|(?<mark>[()[\],.<>]))/uy;

/**
 * The pieces of a type's text, the last of kind `end`.
 * @returns the place of the first character that no type has, where there is one
 */
export function readTypeTokens(text: string): readonly TypeToken[] | number {
  const tokens: TypeToken[] = [];
  let at = 0;
  for (;;) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) break;
    const end = pattern.lastIndex;
    const { word, quoted, literal, number, mark } = match.groups ?? {};
    if (word !== undefined) tokens.push({ kind: "word", text: word, at: end - word.length });
    else if (quoted !== undefined) {
      tokens.push({ kind: "quoted", text: quoted.replaceAll('""', '"'), at });
    } else if (literal !== undefined) {
      tokens.push({ kind: "literal", text: literal.replaceAll("''", "'"), at });
    } else if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else tokens.push({ kind: "mark", text: mark ?? "", at: end - 1 });
    at = end;
  }
  const rest = text.slice(at).search(/\S/);
  if (rest !== -1) return at + rest;
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}
