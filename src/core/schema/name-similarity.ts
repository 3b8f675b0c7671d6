import { distance } from "fastest-levenshtein";

/**
 * How likely it is that two column names say the same, 0 to 1, by their words: spelling and
 * separators (`Province/State`, `province_state`), abbreviations (`Lat`, `Latitude`), plurals and
 * typing errors. Names that differ in a number are never alike: `line1` is not `line2`.
 */
export function nameSimilarity(left: string, right: string): number {
  const [one, other] = [wordsOf(left), wordsOf(right)];
  if (one.length === 0 || other.length === 0) return 0;
  if (one.join("") === other.join("")) return 1;
  if (numbersOf(one) !== numbersOf(other)) return 0;
  if (addsIdentifier(one, other) || addsIdentifier(other, one)) return 0.85;
  return alignedShare(one, other);
}

/** Whether a name is another with `id` before or after it: `customer`, `customer_id`. */
function addsIdentifier(plain: readonly string[], longer: readonly string[]): boolean {
  const rest = longer.join(" ");
  return rest === `${plain.join(" ")} id` || rest === `id ${plain.join(" ")}`;
}

/** The name without what only separates: equal for names that differ in nothing else. */
export function plainName(name: string): string {
  return wordsOf(name).join("");
}

function wordsOf(name: string): readonly string[] {
  const spaced = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})/gu, "$1 $2")
    .replace(/(\p{N})(\p{L})/gu, "$1 $2");
  return spaced.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

function numbersOf(words: readonly string[]): string {
  return words.filter((word) => /^\p{N}/u.test(word)).join(" ");
}

/** The words of both that have a partner, weighted by how alike these are, over all words. */
function alignedShare(left: readonly string[], right: readonly string[]): number {
  const open = [...right];
  let sum = 0;
  for (const word of left) {
    let best = 0;
    let at = -1;
    open.forEach((candidate, index) => {
      const similarity = wordSimilarity(word, candidate);
      if (similarity > best) {
        best = similarity;
        at = index;
      }
    });
    if (at === -1) continue;
    open.splice(at, 1);
    sum += best;
  }
  return (2 * sum) / (left.length + right.length);
}

function wordSimilarity(left: string, right: string): number {
  if (left === right) return 1;
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short[0] !== long[0]) return 0;
  if (long === `${short}s` || long === `${short}es`) return 0.95;
  if (short.endsWith("y") && long === `${short.slice(0, -1)}ies`) return 0.95;
  if (synonyms.get(short) === long) return 0.92;
  const share = short.length / long.length;
  if (short.length >= 3 && share <= 0.6 && long.startsWith(short)) return 0.9;
  if (short.length >= 5 && lettersOf(short) === lettersOf(long)) return 0.88;
  if (short.length >= 4 && 1 - distance(short, long) / long.length > 0.8) return 0.88;
  return 0;
}

/** Equal for words in which letters changed places. */
function lettersOf(word: string): string {
  return [...word].sort().join("");
}

/** Abbreviations that are no beginnings of what they stand for, with the same first letter. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["acct", "account"],
  ["amt", "amount"],
  ["avg", "average"],
  ["bday", "birthday"],
  ["cnt", "count"],
  ["ctry", "country"],
  ["curr", "currency"],
  ["dept", "department"],
  ["dob", "dateofbirth"],
  ["dt", "date"],
  ["fname", "firstname"],
  ["id", "identifier"],
  ["lname", "lastname"],
  ["mgr", "manager"],
  ["nbr", "number"],
  ["no", "number"],
  ["num", "number"],
  ["pct", "percent"],
  ["pct", "percentage"],
  ["pmt", "payment"],
  ["qty", "quantity"],
  ["ts", "timestamp"],
  ["tz", "timezone"],
  ["usr", "user"],
  ["yr", "year"],
]);
