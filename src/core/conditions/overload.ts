import type { Frame } from "./budget.ts";
import type { ConditionType } from "./condition-type.ts";
import { failure, type Undetermined } from "./value.ts";

/** Computes from known values. The result may be an error; it never throws but by the budget. */
export type Apply = (frame: Frame, first: unknown, second: unknown, third: unknown) => unknown;

/** One signature of a function or operator, with what it does. */
export interface Overload {
  readonly name: string;
  /** Called as `receiver.name(…)`; the receiver is the first of `params`. */
  readonly isMethod: boolean;
  readonly params: readonly ConditionType["kind"][];
  readonly result: ConditionType | ((args: readonly ConditionType[]) => ConditionType);
  /** False when it gives a value for every argument: then not knowing an argument hides no error. */
  readonly canFail: boolean;
  readonly apply: Apply;
}

const mismatch: Undetermined = failure("no such overload for these values");
export const overflow: Undetermined = failure("integer overflow");
export const timeOverflow: Undetermined = failure("timestamp or duration out of range");

type Number64 = number | bigint;

/** Lifts a function of texts. */
export function ofText(compute: (text: string) => unknown): Apply {
  return (_frame, text) => (typeof text === "string" ? compute(text) : mismatch);
}

export function ofTexts(compute: (left: string, right: string, frame: Frame) => unknown): Apply {
  return (frame, left, right) =>
    typeof left === "string" && typeof right === "string" ? compute(left, right, frame) : mismatch;
}

/** Lifts a function of an int, uint, timestamp or duration. */
export function ofNumber(compute: (value: Number64) => unknown): Apply {
  return (_frame, value) => (isNumber64(value) ? compute(value) : mismatch);
}

export function ofNumbers(compute: (left: Number64, right: Number64) => unknown): Apply {
  return (_frame, left, right) =>
    isNumber64(left) && isNumber64(right) ? compute(left, right) : mismatch;
}

/** Lifts a function of one double, or of two numbers read as doubles. */
export function ofDouble(compute: (value: number) => unknown): Apply {
  return (_frame, value) => (isNumber64(value) ? compute(Number(value)) : mismatch);
}

export function ofDoubles(compute: (left: number, right: number) => number): Apply {
  return (_frame, left, right) =>
    isNumber64(left) && isNumber64(right) ? compute(Number(left), Number(right)) : mismatch;
}

export function ofList(compute: (list: readonly unknown[], frame: Frame) => unknown): Apply {
  return (frame, list) => (Array.isArray(list) ? compute(list, frame) : mismatch);
}

export function ofBytes(compute: (bytes: Uint8Array) => unknown): Apply {
  return (_frame, bytes) => (bytes instanceof Uint8Array ? compute(bytes) : mismatch);
}

export const same: Apply = (_frame, value) => value;

export { mismatch };

function isNumber64(value: unknown): value is Number64 {
  return typeof value === "number" || typeof value === "bigint";
}

/** The first result that is not `null`, else the given error: for partial functions. */
export function orFail<T>(value: T | null, error: Undetermined): T | Undetermined {
  return value === null ? error : value;
}

/** Several signatures that differ in name or arguments only by a list. */
export function method(
  name: string,
  params: Overload["params"],
  result: Overload["result"],
  apply: Apply,
): Overload {
  return { name, isMethod: true, params, result, canFail: true, apply };
}

export function freeFunction(
  name: string,
  params: Overload["params"],
  result: Overload["result"],
  apply: Apply,
): Overload {
  return { name, isMethod: false, params, result, canFail: true, apply };
}

/** Marks an overload that gives a value for every argument. */
export function total(overload: Overload): Overload {
  return { ...overload, canFail: false };
}
