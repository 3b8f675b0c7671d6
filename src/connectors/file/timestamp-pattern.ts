/**
 * How points in time are written, told from the shapes of values: their text with every digit as
 * `9`. Pure.
 */

/** How many values have a shape, and the largest numbers that its first two places hold. */
export interface ShapeCount {
  readonly shape: string;
  readonly values: number;
  readonly firstMax: number | null;
  readonly secondMax: number | null;
}

/** Stands for a day or a month in a pattern of which no value says which comes first. */
const undecided = "N";

const months =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|" +
  "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const clock = "(?<hour>9{1,2}):99(?<second>:99(?:[.,]9+)?)?";
const half = "(?<half> ?[ap]\\.?m\\.?)?";
const zone = "(?<zone> ?(?:z|utc|gmt|[+-]99(?::?99)?))?";
const whole = new RegExp(
  "^(?:(?<iso>9999(?<isoMark>[-/.])(?<isoMonth>9{1,2})\\k<isoMark>9{1,2})" +
    "|(?<parts>9{1,2}(?<mark>[-/.])9{1,2}\\k<mark>(?<year>9999|99))" +
    `|(?<dayMonth>9{1,2}(?<gap>[- ])(?:${months})\\k<gap>(?<namedYear>9999|99))` +
    `|(?<monthDay>(?:${months})\\.? 9{1,2},? 9999))` +
    `(?:(?<join>[t ])${clock}${half}${zone})?$`,
  "i",
);

/** Whether a shape has a day and a month of which either may come first. */
export function hasOpenOrder(shape: string): boolean {
  return whole.exec(shape)?.groups?.["parts"] !== undefined;
}

/**
 * The patterns of a column, in name order, such as `M/D/YYYY H:mm` or `YYYY-MM-DDTHH:mm:ss`. A
 * number that is too large for a month says which place holds the day; where none does, both are
 * `N`. Fractions of seconds do not make another pattern.
 * @returns `null` when most values are no points in time
 */
export function timestampPatterns(shapes: readonly ShapeCount[]): readonly string[] | null {
  const total = shapes.reduce((sum, { values }) => sum + values, 0);
  const open = shapes.filter(({ shape }) => hasOpenOrder(shape));
  const order = orderOf(open);
  const patterns = new Set<string>();
  let matched = 0;
  for (const one of shapes) {
    const own = order === "mixed" ? (orderOf([one]) ?? "month") : order;
    const pattern = patternOf(one.shape, own === "mixed" ? null : own);
    if (pattern === null) continue;
    patterns.add(pattern);
    matched += one.values;
  }
  return matched * 2 > total ? [...patterns].sort() : null;
}

/**
 * Decides the order of day and month in patterns that leave it open by what is known elsewhere of
 * the same column. @returns `null` when nothing says it
 */
export function settlePatterns(
  patterns: readonly string[],
  elsewhere: Iterable<readonly string[]>,
): readonly string[] | null {
  if (!patterns.some(isUndecided)) return patterns;
  for (const known of [patterns, ...elsewhere]) {
    const isDayFirst = known.some((pattern) => /^D.M/.test(pattern));
    const isMonthFirst = known.some((pattern) => /^M.D/.test(pattern));
    if (isDayFirst === isMonthFirst) continue;
    const settled = patterns.map((pattern) =>
      isUndecided(pattern) ? inOrder(pattern, isDayFirst ? "day" : "month") : pattern,
    );
    return [...new Set(settled)].sort();
  }
  return null;
}

function isUndecided(pattern: string): boolean {
  return pattern.startsWith(undecided);
}

function inOrder(pattern: string, order: "day" | "month"): string {
  const [first, second] = order === "day" ? ["D", "M"] : ["M", "D"];
  return pattern.replace(undecided, first).replace(undecided, second);
}

function orderOf(shapes: readonly ShapeCount[]): "day" | "month" | "mixed" | null {
  const isDayFirst = shapes.some(({ firstMax }) => (firstMax ?? 0) > 12);
  const isMonthFirst = shapes.some(({ secondMax }) => (secondMax ?? 0) > 12);
  if (isDayFirst && isMonthFirst) return "mixed";
  if (isDayFirst) return "day";
  return isMonthFirst ? "month" : null;
}

function patternOf(shape: string, order: "day" | "month" | null): string | null {
  const groups = whole.exec(shape)?.groups;
  if (groups === undefined) return null;
  const { join } = groups;
  const date = dateOf(groups, order);
  if (join === undefined) return date;
  const isHalved = groups["half"] !== undefined;
  const isWide = groups["iso"] !== undefined && groups["isoMonth"] === "99";
  const hour = isHalved ? "h" : isWide ? "HH" : "H";
  const second = groups["second"] === undefined ? "" : ":ss";
  const zoned = groups["zone"] === undefined ? "" : "Z";
  return `${date}${join.toUpperCase()}${hour}:mm${second}${isHalved ? " A" : ""}${zoned}`;
}

function dateOf(
  groups: Readonly<Record<string, string | undefined>>,
  order: "day" | "month" | null,
): string {
  if (groups["iso"] !== undefined) {
    const mark = groups["isoMark"] ?? "-";
    const isWide = groups["isoMonth"] === "99";
    return ["YYYY", isWide ? "MM" : "M", isWide ? "DD" : "D"].join(mark);
  }
  if (groups["parts"] !== undefined) {
    const mark = groups["mark"] ?? "/";
    const year = groups["year"] === "9999" ? "YYYY" : "YY";
    const open = `${undecided}${mark}${undecided}${mark}${year}`;
    return order === null ? open : inOrder(open, order);
  }
  if (groups["monthDay"] !== undefined) return "MMM D, YYYY";
  const gap = groups["gap"] ?? "-";
  return `D${gap}MMM${gap}${groups["namedYear"] === "99" ? "YY" : "YYYY"}`;
}
