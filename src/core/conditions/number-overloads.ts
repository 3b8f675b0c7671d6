import { boolType, doubleType, intType, stringType, uintType } from "./condition-type.ts";
import {
  combineIntegers,
  convertInteger,
  divideIntegers,
  fitInteger,
  type Integer,
  type IntegerKind,
  truncateToInteger,
} from "./int64.ts";
import {
  freeFunction,
  type Overload,
  ofBytes,
  ofDouble,
  ofDoubles,
  ofNumber,
  ofNumbers,
  ofText,
  orFail,
  overflow,
  same,
  total,
} from "./overload.ts";
import { failure } from "./value.ts";

const divisionByZero = failure("division by zero");
const moduloByZero = failure("modulus by zero");
const notANumber = (target: string) => failure(`the text is no ${target}`);

function integerArithmetic(kind: IntegerKind): readonly Overload[] {
  const type = kind === "int" ? intType : uintType;
  const combine = (operator: "+" | "-" | "*") =>
    freeFunction(
      operator,
      [kind, kind],
      type,
      ofNumbers((left, right) => orFail(combineIntegers(operator, left, right, kind), overflow)),
    );
  const divide = (operator: "/" | "%") =>
    freeFunction(
      operator,
      [kind, kind],
      type,
      ofNumbers((left, right) => {
        if (Number(right) === 0) return operator === "/" ? divisionByZero : moduloByZero;
        return orFail(divideIntegers(operator, left, right, kind), overflow);
      }),
    );
  return [combine("+"), combine("-"), combine("*"), divide("/"), divide("%")];
}

const doubleOperators = {
  "+": (left: number, right: number) => left + right,
  "-": (left: number, right: number) => left - right,
  "*": (left: number, right: number) => left * right,
  "/": (left: number, right: number) => left / right,
} as const;

/** An int beside a double counts as a double: `lag > expected * 2` means what it says. */
const doubleArithmetic: readonly Overload[] = Object.entries(doubleOperators).flatMap(
  ([operator, compute]) =>
    (
      [
        ["double", "double"],
        ["int", "double"],
        ["double", "int"],
      ] as const
    ).map((params) => total(freeFunction(operator, params, doubleType, ofDoubles(compute)))),
);

const negation: readonly Overload[] = [
  freeFunction(
    "-",
    ["int"],
    intType,
    ofNumber((value) => orFail(combineIntegers("-", 0, value, "int"), overflow)),
  ),
  total(
    freeFunction(
      "-",
      ["double"],
      doubleType,
      ofDouble((value) => -value),
    ),
  ),
];

function parseInteger(text: string, kind: IntegerKind): Integer | null {
  const pattern = kind === "int" ? /^[+-]?\d{1,20}$/ : /^\+?\d{1,20}$/;
  return pattern.test(text) ? fitInteger(BigInt(text.replace(/^\+/, "")), kind) : null;
}

function conversionsTo(kind: IntegerKind): readonly Overload[] {
  const type = kind === "int" ? intType : uintType;
  const other = kind === "int" ? "uint" : "int";
  const convert = (value: Integer) => orFail(convertInteger(value, kind), overflow);
  return [
    total(freeFunction(kind, [kind], type, same)),
    freeFunction(kind, [other], type, ofNumber(convert)),
    freeFunction(
      kind,
      ["double"],
      type,
      ofDouble((value) => orFail(truncateToInteger(value, kind), overflow)),
    ),
    freeFunction(
      kind,
      ["string"],
      type,
      ofText((text) => orFail(parseInteger(text, kind), notANumber(kind))),
    ),
  ];
}

const doublePattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function parseDouble(text: string): number | null {
  if (/^[+-]?inf(inity)?$/i.test(text)) {
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  return doublePattern.test(text) ? Number(text) : null;
}

/** Writes a double as people read it: `1`, `0.5`, `1e+100`, `+Inf`. */
export function formatDouble(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

const doubleConversions: readonly Overload[] = [
  total(freeFunction("double", ["double"], doubleType, same)),
  total(freeFunction("double", ["int"], doubleType, ofNumber(Number))),
  total(freeFunction("double", ["uint"], doubleType, ofNumber(Number))),
  freeFunction(
    "double",
    ["string"],
    doubleType,
    ofText((text) => orFail(parseDouble(text), notANumber("double"))),
  ),
];

const truths = ["1", "t", "true", "TRUE", "True"];
const falsehoods = ["0", "f", "false", "FALSE", "False"];

const textConversions: readonly Overload[] = [
  total(freeFunction("string", ["string"], stringType, same)),
  total(freeFunction("string", ["bool"], stringType, (_frame, value) => String(value))),
  total(freeFunction("string", ["int"], stringType, ofNumber(String))),
  total(freeFunction("string", ["uint"], stringType, ofNumber(String))),
  total(freeFunction("string", ["double"], stringType, ofDouble(formatDouble))),
  freeFunction("string", ["bytes"], stringType, ofBytes(decodeText)),
  total(freeFunction("bool", ["bool"], boolType, same)),
  freeFunction(
    "bool",
    ["string"],
    boolType,
    ofText((text) => {
      if (truths.includes(text)) return true;
      return falsehoods.includes(text) ? false : notANumber("bool");
    }),
  ),
];

function decodeText(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A fatal decoder's only way to say "not UTF-8", which here is a value like any other error.
    return failure("the bytes are no UTF-8");
  }
}

/** Arithmetic and conversions of int, uint and double, and of text and bool to and from them. */
export const numberOverloads: readonly Overload[] = [
  ...integerArithmetic("int"),
  ...integerArithmetic("uint"),
  ...doubleArithmetic,
  ...negation,
  ...conversionsTo("int"),
  ...conversionsTo("uint"),
  ...doubleConversions,
  ...textConversions,
];
