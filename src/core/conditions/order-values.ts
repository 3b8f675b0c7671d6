import { toNanos } from "./calendar.ts";
import { isNumeric } from "./condition-type.ts";
import type { Typed } from "./equality.ts";

/**
 * Orders two values: negative, zero, positive; NaN beside anything, which is in no order; `null`
 * when their kinds have none. Numbers are ordered mathematically, whatever their types.
 */
export function orderValues(left: Typed, right: Typed): number | null {
  if (isNumeric(left.type) && isNumeric(right.type)) return orderNumbers(left.value, right.value);
  if (left.type.kind !== right.type.kind) return null;
  const { value: a } = left;
  const { value: b } = right;
  if (typeof a === "string" && typeof b === "string") return orderTexts(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return orderBytes(a, b);
  if (left.type.kind !== "timestamp" && left.type.kind !== "duration") return null;
  return isTime(a) && isTime(b) ? orderNumbers(toNanos(a), toNanos(b)) : null;
}

function isTime(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function orderNumbers(left: unknown, right: unknown): number | null {
  if (!isTime(left) || !isTime(right)) return null;
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

/** By code point, as in UTF-8; UTF-16 differs where one text goes beyond the basic plane. */
function orderTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      const isSurrogateA = a >= 0xd800 && a <= 0xdfff;
      const isSurrogateB = b >= 0xd800 && b <= 0xdfff;
      return isSurrogateA === isSurrogateB ? a - b : isSurrogateA ? 1 : -1;
    }
  }
  return left.length - right.length;
}

function orderBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
