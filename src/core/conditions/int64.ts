/** A 64-bit integer: a number while it is safe, else a bigint. Never both for one value. */
export type Integer = number | bigint;

/** Signed or unsigned: the two ranges of 64 bits. */
export type IntegerKind = "int" | "uint";

const ranges = {
  int: { least: -(2n ** 63n), greatest: 2n ** 63n - 1n },
  uint: { least: 0n, greatest: 2n ** 64n - 1n },
} as const;

/** The integer that a bigint holds, or `null` when it does not fit the kind's 64 bits. */
export function fitInteger(value: bigint, kind: IntegerKind): Integer | null {
  const range = ranges[kind];
  if (value < range.least || value > range.greatest) return null;
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** A fact that should be an int but is none, such as 1.5, has no exact form: `null`. */
function toBigInt(value: Integer): bigint | null {
  return typeof value === "bigint" || Number.isInteger(value) ? BigInt(value) : null;
}

/** The same integer as one of another kind, or `null` when it does not fit. */
export function convertInteger(value: Integer, kind: IntegerKind): Integer | null {
  const exact = toBigInt(value);
  return exact === null ? null : fitInteger(exact, kind);
}

/** The integer part of a double, or `null` when it does not fit; infinities and NaN never do. */
export function truncateToInteger(value: number, kind: IntegerKind): Integer | null {
  if (!Number.isFinite(value)) return null;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) {
    return kind === "uint" && whole < 0 ? null : whole + 0;
  }
  // The least int is excluded, as in the standard: a double that large stands for many integers.
  if (kind === "int" && whole <= -(2 ** 63)) return null;
  return fitInteger(BigInt(whole), kind);
}

/** Exact sum, difference or product, or `null` on overflow. */
export function combineIntegers(
  operator: "+" | "-" | "*",
  left: Integer,
  right: Integer,
  kind: IntegerKind,
): Integer | null {
  if (typeof left === "number" && typeof right === "number") {
    const quick = operator === "+" ? left + right : operator === "-" ? left - right : left * right;
    // A rounded result is never safe, so a safe one is exact. Adding 0 makes -0 a plain 0.
    if (Number.isSafeInteger(quick)) return kind === "uint" && quick < 0 ? null : quick + 0;
  }
  const a = toBigInt(left);
  const b = toBigInt(right);
  if (a === null || b === null) return null;
  return fitInteger(operator === "+" ? a + b : operator === "-" ? a - b : a * b, kind);
}

/** Quotient towards zero, or its remainder, of a divisor that is not 0; `null` on overflow. */
export function divideIntegers(
  operator: "/" | "%",
  left: Integer,
  right: Integer,
  kind: IntegerKind,
): Integer | null {
  if (typeof left === "number" && typeof right === "number") {
    const remainder = left % right;
    return (operator === "%" ? remainder : (left - remainder) / right) + 0;
  }
  const a = toBigInt(left);
  const b = toBigInt(right);
  if (a === null || b === null) return null;
  return fitInteger(operator === "/" ? a / b : a % b, kind);
}
