/**
 * File patterns over `/`-separated relative paths: `*` and `?` within a name, `**` over any number
 * of folders, `[a-z]` and `[!a-z]`, `{a,b}`, and `\` before a character that stands for itself.
 * Matching takes time in proportion to pattern times name, never more.
 */

/** One wildcard or character of a name. */
type Token =
  | { readonly type: "character"; readonly value: string }
  | { readonly type: "one" }
  | { readonly type: "many" }
  | {
      readonly type: "set";
      readonly isNegated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** One name of a path: a name as it is, a pattern for a name, or any number of folders. */
export type GlobSegment =
  | { readonly type: "literal"; readonly name: string }
  | { readonly type: "pattern"; readonly tokens: readonly Token[]; readonly isHidden: boolean }
  | { readonly type: "folders" };

/** The most alternatives that braces may multiply to. */
const alternativesMax = 256;

/** Whether a path has any character that means more than itself. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}\\]/.test(path);
}

/**
 * Reads a pattern into its alternatives, one for each choice of its braces.
 * @returns `null` when the braces multiply to more than 256.
 */
export function parseGlob(pattern: string): readonly (readonly GlobSegment[])[] | null {
  const texts = expandBraces(pattern);
  if (texts === null) return null;
  return texts.map((text) => {
    const names = text.split("/").filter((name) => name !== "" && name !== ".");
    return (names.at(-1) === "**" ? [...names, "*"] : names).map(parseSegment);
  });
}

/** What each wildcard of `segment` matched in `name`, or `null` when it does not match. */
export function matchSegment(
  segment: Extract<GlobSegment, { type: "pattern" }>,
  name: string,
): readonly string[] | null {
  if (name.startsWith(".") && !segment.isHidden) return null;
  const characters = [...name];
  const starts = matchTokens(segment.tokens, characters);
  if (starts === null) return null;
  const captures: string[] = [];
  for (const [index, token] of segment.tokens.entries()) {
    if (token.type === "character") continue;
    captures.push(characters.slice(starts[index], starts[index + 1] ?? characters.length).join(""));
  }
  return captures;
}

/**
 * Where each token's match starts. Only the last `*` met is ever moved: moving an earlier one
 * cannot make a match that the later one misses.
 */
function matchTokens(
  tokens: readonly Token[],
  characters: readonly string[],
): readonly number[] | null {
  const starts: number[] = [];
  let token = 0;
  let at = 0;
  let star = -1;
  let starEnd = 0;
  while (at < characters.length || token < tokens.length) {
    const current = tokens[token];
    const character = characters[at];
    if (current?.type === "many") {
      starts[token] = at;
      star = token;
      starEnd = at;
      token += 1;
    } else if (current && character !== undefined && matchesOne(current, character)) {
      starts[token] = at;
      token += 1;
      at += 1;
    } else if (star >= 0 && starEnd < characters.length) {
      starEnd += 1;
      at = starEnd;
      token = star + 1;
    } else {
      return null;
    }
  }
  return starts;
}

function matchesOne(token: Token, character: string): boolean {
  switch (token.type) {
    case "character":
      return token.value === character;
    case "one":
      return true;
    case "set":
      return (
        token.ranges.some(([from, to]) => from <= character && character <= to) !== token.isNegated
      );
    case "many":
      return false;
  }
}

function parseSegment(text: string): GlobSegment {
  if (text === "**") return { type: "folders" };
  const tokens: Token[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    const set = character === "[" ? parseSet(characters, at) : null;
    if (set) {
      tokens.push(set.token);
      at = set.end;
    } else if (character === "*") {
      if (tokens.at(-1)?.type !== "many") tokens.push({ type: "many" });
    } else if (character === "?") {
      tokens.push({ type: "one" });
    } else if (character === "\\" && at + 1 < characters.length) {
      at += 1;
      tokens.push({ type: "character", value: characters[at] ?? "" });
    } else {
      tokens.push({ type: "character", value: character });
    }
  }
  if (tokens.every((token) => token.type === "character")) {
    return { type: "literal", name: tokens.map((token) => token.value).join("") };
  }
  const [first] = tokens;
  const isHidden = first?.type === "character" && first.value === ".";
  return { type: "pattern", tokens, isHidden };
}

/** A set that starts at `[`; a bracket that is never closed stands for itself. */
function parseSet(characters: readonly string[], start: number) {
  const isNegated = characters[start + 1] === "!" || characters[start + 1] === "^";
  const first = start + (isNegated ? 2 : 1);
  const end = characters.indexOf("]", first + 1);
  if (end < 0) return null;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at += 1) {
    const from = characters[at] ?? "";
    const to = characters[at + 2];
    if (characters[at + 1] === "-" && at + 2 < end && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return { token: { type: "set", isNegated, ranges } as const, end };
}

/** All texts that the braces stand for; braces without a comma or a partner stand for themselves. */
function expandBraces(pattern: string): readonly string[] | null {
  let done: string[] = [""];
  let rest = pattern;
  while (rest !== "") {
    const group = firstGroup(rest);
    const before = group ? rest.slice(0, group.start) : rest;
    const choices = group ? group.choices.map(expandBraces) : [[""]];
    if (choices.includes(null)) return null;
    const texts = choices.flatMap((choice) => choice ?? []);
    if (done.length * texts.length > alternativesMax) return null;
    done = done.flatMap((text) => texts.map((choice) => `${text}${before}${choice}`));
    rest = group ? rest.slice(group.end) : "";
  }
  return [...new Set(done)];
}

function firstGroup(text: string) {
  for (let start = text.indexOf("{"); start >= 0; start = text.indexOf("{", start + 1)) {
    if (text[start - 1] === "\\") continue;
    const choices: string[] = [];
    let depth = 0;
    let from = start + 1;
    for (let at = start; at < text.length; at += 1) {
      const character = text[at];
      if (character === "{") depth += 1;
      if (character === "," && depth === 1) {
        choices.push(text.slice(from, at));
        from = at + 1;
      }
      if (character === "}") depth -= 1;
      if (depth === 0) {
        if (choices.length === 0) break;
        return { start, end: at + 1, choices: [...choices, text.slice(from, at)] };
      }
    }
  }
  return null;
}
