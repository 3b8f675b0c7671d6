/**
 * Whether a name fits a pattern in which `*` stands for any text and `?` for one character.
 * Case counts, as it does for quoted names. Time is in proportion to pattern times name.
 */
export function matchesName(pattern: string, name: string): boolean {
  const tokens = [...pattern];
  const characters = [...name];
  let token = 0;
  let at = 0;
  let star = -1;
  let starEnd = 0;
  while (at < characters.length) {
    if (tokens[token] === "*") {
      star = token;
      starEnd = at;
      token += 1;
    } else if (tokens[token] === "?" || tokens[token] === characters[at]) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      starEnd += 1;
      at = starEnd;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "*");
}
