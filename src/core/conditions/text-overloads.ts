import { spendMemory, spendSteps } from "./budget.ts";
import { boolType, bytesType, intType, listOf, stringType } from "./condition-type.ts";
import {
  type Apply,
  freeFunction,
  method,
  mismatch,
  type Overload,
  ofBytes,
  ofText,
  ofTexts,
  same,
  total,
} from "./overload.ts";
import { failure } from "./value.ts";

const outOfRange = failure("index out of range");

/** How many code points a text has: what its length is to people, and to the standard. */
function countCodePoints(text: string): number {
  if (!/[\ud800-\udbff]/.test(text)) return text.length;
  let count = 0;
  for (const _point of text) count += 1;
  return count;
}

const tests: readonly Overload[] = [
  total(
    method(
      "contains",
      ["string", "string"],
      boolType,
      ofTexts((text, part, frame) => {
        spendSteps(frame, text.length >> 4);
        return text.includes(part);
      }),
    ),
  ),
  total(
    method(
      "startsWith",
      ["string", "string"],
      boolType,
      ofTexts((text, start) => text.startsWith(start)),
    ),
  ),
  total(
    method(
      "endsWith",
      ["string", "string"],
      boolType,
      ofTexts((text, end) => text.endsWith(end)),
    ),
  ),
];

const sizes: readonly Overload[] = [method, freeFunction].flatMap((declare) => [
  total(declare("size", ["string"], intType, ofText(countCodePoints))),
  total(
    declare(
      "size",
      ["bytes"],
      intType,
      ofBytes((bytes) => bytes.length),
    ),
  ),
]);

/** ASCII only, as the names say: the case of other letters depends on the language. */
function mapAscii(text: string, pattern: RegExp, convert: (letter: string) => string): string {
  return text.replace(pattern, convert);
}

const concatenation: readonly Overload[] = [
  total(
    freeFunction(
      "+",
      ["string", "string"],
      stringType,
      ofTexts((left, right, frame) => {
        spendMemory(frame, left.length + right.length);
        return left + right;
      }),
    ),
  ),
  total(
    freeFunction("+", ["bytes", "bytes"], bytesType, (frame, left, right) => {
      if (!(left instanceof Uint8Array && right instanceof Uint8Array)) return mismatch;
      spendMemory(frame, left.length + right.length);
      const bytes = new Uint8Array(left.length + right.length);
      bytes.set(left);
      bytes.set(right, left.length);
      return bytes;
    }),
  ),
  total(
    freeFunction("bytes", ["string"], bytesType, (frame, text) => {
      if (typeof text !== "string") return mismatch;
      spendMemory(frame, text.length);
      return new TextEncoder().encode(text);
    }),
  ),
  total(freeFunction("bytes", ["bytes"], bytesType, same)),
];

const changes: readonly Overload[] = [
  total(
    method(
      "lowerAscii",
      ["string"],
      stringType,
      ofText((text) => mapAscii(text, /[A-Z]+/g, (letters) => letters.toLowerCase())),
    ),
  ),
  total(
    method(
      "upperAscii",
      ["string"],
      stringType,
      ofText((text) => mapAscii(text, /[a-z]+/g, (letters) => letters.toUpperCase())),
    ),
  ),
  total(
    method(
      "trim",
      ["string"],
      stringType,
      ofText((text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "")),
    ),
  ),
];

/** Searches by code points from a position; -1 when the part is not there. */
function search(name: "indexOf" | "lastIndexOf"): Apply {
  return (frame, text, part, from) => {
    if (typeof text !== "string" || typeof part !== "string") return mismatch;
    spendSteps(frame, text.length >> 4);
    const points = countCodePoints(text);
    const start = typeof from === "number" ? from : name === "indexOf" ? 0 : points;
    if (typeof from === "bigint" || start < 0 || start > points) return outOfRange;
    const found = text[name](part, unitOffset(text, start));
    return found < 0 ? -1 : countCodePoints(text.slice(0, found));
  };
}

/** The UTF-16 offset of a code point's position. */
function unitOffset(text: string, position: number): number {
  if (!/[\ud800-\udbff]/.test(text)) return position;
  let offset = 0;
  let seen = 0;
  for (const point of text) {
    if (seen === position) break;
    offset += point.length;
    seen += 1;
  }
  return offset;
}

const substring: Apply = (_frame, text, start, end) => {
  if (typeof text !== "string") return mismatch;
  const points = countCodePoints(text);
  const stop = end === undefined ? points : end;
  if (typeof start !== "number" || typeof stop !== "number") return outOfRange;
  if (start < 0 || stop < start || stop > points) return outOfRange;
  return text.slice(unitOffset(text, start), unitOffset(text, stop));
};

const positions: readonly Overload[] = [
  method("indexOf", ["string", "string"], intType, search("indexOf")),
  method("indexOf", ["string", "string", "int"], intType, search("indexOf")),
  method("lastIndexOf", ["string", "string"], intType, search("lastIndexOf")),
  method("lastIndexOf", ["string", "string", "int"], intType, search("lastIndexOf")),
  method("substring", ["string", "int"], stringType, substring),
  method("substring", ["string", "int", "int"], stringType, substring),
];

const lists: readonly Overload[] = [
  total(
    method(
      "split",
      ["string", "string"],
      listOf(stringType),
      ofTexts((text, separator, frame) => {
        spendMemory(frame, text.length + 1);
        return separator === "" ? [...text] : text.split(separator);
      }),
    ),
  ),
  method("split", ["string", "string", "int"], listOf(stringType), splitUpTo),
  total(method("join", ["list"], stringType, join)),
  total(method("join", ["list", "string"], stringType, join)),
];

/** At most so many parts, of which the last keeps the rest; any number when negative. */
function splitUpTo(...[frame, text, separator, limit]: Parameters<Apply>): unknown {
  if (typeof text !== "string" || typeof separator !== "string") return mismatch;
  spendMemory(frame, text.length + 1);
  const parts = separator === "" ? [...text] : text.split(separator);
  if (typeof limit !== "number" || limit < 0 || parts.length <= limit) return parts;
  if (limit === 0) return [];
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function join(...[frame, list, separator]: Parameters<Apply>): unknown {
  if (!Array.isArray(list)) return mismatch;
  const between = typeof separator === "string" ? separator : "";
  let text = "";
  for (const [index, item] of list.entries()) {
    if (typeof item !== "string") return mismatch;
    spendMemory(frame, between.length + item.length);
    text += index === 0 ? item : between + item;
  }
  return text;
}

/** Functions of text and bytes, by code points, and of lists of texts. */
export const textOverloads: readonly Overload[] = [
  ...tests,
  ...sizes,
  ...concatenation,
  ...changes,
  ...positions,
  ...lists,
];
