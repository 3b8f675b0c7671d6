import type { DataType, Field } from "./data-type.ts";
import { decimalNames, isStartOfTypeName, scalarOf, textNames } from "./type-names.ts";
import { readTypeTokens, type TypeToken } from "./type-tokens.ts";

/** A type, or what is wrong with its text and where, in UTF-16 units from 0. */
export type ParsedDataType =
  | { readonly ok: true; readonly type: DataType }
  | { readonly ok: false; readonly message: string; readonly at: number };

const textMax = 1_000_000;
const depthMax = 64;

/** Parses the text of a type as DuckDB writes it or takes it, in any case and with its aliases. */
export function parseDataType(text: string): ParsedDataType {
  if (text.length > textMax) {
    return { ok: false, message: `A type has at most ${textMax} characters`, at: textMax };
  }
  const tokens = readTypeTokens(text);
  if (typeof tokens === "number") {
    return { ok: false, message: `No type has \`${text[tokens]}\` here`, at: tokens };
  }
  try {
    const cursor = new TokenCursor(tokens);
    const type = readType(cursor, 0);
    cursor.expectEnd();
    return { ok: true, type };
  } catch (error) {
    // Only what the reader itself throws is about the text.
    if (error instanceof TypeTextError) return { ok: false, message: error.message, at: error.at };
    throw error;
  }
}

const known = new Map<string, DataType>();
const knownMax = 10_000;

/** The type of a text that a database gave; what cannot be read is a type of that name. */
export function dataTypeOf(text: string): DataType {
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  const parsed = parseDataType(text);
  const type: DataType = parsed.ok ? parsed.type : { kind: "named", name: text };
  if (known.size >= knownMax) known.clear();
  known.set(text, type);
  return type;
}

class TypeTextError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

class TokenCursor {
  readonly #tokens: readonly TypeToken[];
  #at = 0;

  constructor(tokens: readonly TypeToken[]) {
    this.#tokens = tokens;
  }

  peek(): TypeToken {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", at: 0 };
  }

  next(): TypeToken {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  takes(mark: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== "mark" || text !== mark) return false;
    this.#at += 1;
    return true;
  }

  expect(mark: string): void {
    if (!this.takes(mark)) this.fail(`\`${mark}\` is missing`);
  }

  expectEnd(): void {
    if (this.peek().kind !== "end") this.fail("The type has ended before this");
  }

  number(): number {
    const token = this.next();
    if (token.kind !== "number") throw new TypeTextError("A whole number is missing", token.at);
    const value = Number(token.text);
    if (!Number.isSafeInteger(value)) throw new TypeTextError("The number is too large", token.at);
    return value;
  }

  fail(message: string): never {
    throw new TypeTextError(message, this.peek().at);
  }
}

function readType(cursor: TokenCursor, depth: number): DataType {
  if (depth > depthMax) cursor.fail(`A type is nested at most ${depthMax} deep`);
  let type = readUnsuffixed(cursor, depth);
  let suffixes = 0;
  for (;;) {
    if (cursor.peek().kind === "word" && cursor.peek().text.toUpperCase() === "ARRAY") {
      cursor.next();
      if (!cursor.takes("[")) {
        type = { kind: "list", item: type, length: null };
        continue;
      }
    } else if (!cursor.takes("[")) return type;
    suffixes += 1;
    if (depth + suffixes > depthMax) cursor.fail(`A type is nested at most ${depthMax} deep`);
    const length = cursor.peek().kind === "number" ? cursor.number() : null;
    cursor.expect("]");
    type = { kind: "list", item: type, length };
  }
}

function readUnsuffixed(cursor: TokenCursor, depth: number): DataType {
  const token = cursor.next();
  if (token.kind === "quoted") return readQuoted(cursor, token.text);
  if (token.kind !== "word") throw new TypeTextError("The name of a type is missing", token.at);
  const name = readName(cursor, token.text.toUpperCase());
  switch (name) {
    case "NULL":
      return { kind: "unknown" };
    case "STRUCT":
    case "ROW":
      return { kind: "struct", fields: readFields(cursor, depth) };
    case "UNION":
      return { kind: "union", fields: readFields(cursor, depth) };
    case "MAP":
      return readMap(cursor, depth);
    case "ENUM":
      return readEnum(cursor);
  }
  if (decimalNames.has(name)) return readDecimal(cursor);
  if (textNames.has(name)) return { kind: "text", length: readLength(cursor) };
  if (name === "TIMESTAMP" || name === "DATETIME") return readTimestamp(cursor);
  const scalar = scalarOf(name);
  if (scalar === null && name.includes(" ")) cursor.fail(`\`${name}\` is not the whole of a type`);
  return scalar ?? readNamed(cursor, token.text);
}

/** DuckDB quotes the names of types that are words of its grammar, as `"NULL"` and `"TIMESTAMP_S"`. */
function readQuoted(cursor: TokenCursor, name: string): DataType {
  const upper = name.toUpperCase();
  if (upper === "NULL") return { kind: "unknown" };
  return scalarOf(upper) ?? readNamed(cursor, name);
}

/** A name of several words is read as far as it goes on. */
function readName(cursor: TokenCursor, first: string): string {
  let name = first;
  while (cursor.peek().kind === "word") {
    const longer = `${name} ${cursor.peek().text.toUpperCase()}`;
    if (!isStartOfTypeName(longer)) break;
    cursor.next();
    name = longer;
  }
  return name;
}

/** A type that somebody made, perhaps with the names of its database and schema. */
function readNamed(cursor: TokenCursor, first: string): DataType {
  const parts = [first];
  while (cursor.takes(".")) {
    const part = cursor.next();
    if (part.kind !== "word" && part.kind !== "quoted") {
      throw new TypeTextError("A name is missing after `.`", part.at);
    }
    parts.push(part.text);
  }
  return { kind: "named", name: parts.join(".") };
}

function readFields(cursor: TokenCursor, depth: number): readonly Field[] {
  const fields: Field[] = [];
  const names = new Set<string>();
  cursor.expect("(");
  if (cursor.takes(")")) return fields;
  do {
    const token = cursor.next();
    if (token.kind !== "word" && token.kind !== "quoted") {
      throw new TypeTextError("The name of a field is missing", token.at);
    }
    const key = token.text.toLowerCase();
    if (names.has(key)) throw new TypeTextError(`\`${token.text}\` is there twice`, token.at);
    names.add(key);
    fields.push({ name: token.text, type: readType(cursor, depth + 1) });
  } while (cursor.takes(","));
  cursor.expect(")");
  return fields;
}

function readMap(cursor: TokenCursor, depth: number): DataType {
  cursor.expect("(");
  const key = readType(cursor, depth + 1);
  cursor.expect(",");
  const value = readType(cursor, depth + 1);
  cursor.expect(")");
  return { kind: "map", key, value };
}

function readEnum(cursor: TokenCursor): DataType {
  const members = new Set<string>();
  cursor.expect("(");
  if (cursor.takes(")")) return { kind: "enum", members: [] };
  do {
    const token = cursor.next();
    if (token.kind !== "literal") throw new TypeTextError("A text in '…' is missing", token.at);
    if (members.has(token.text)) {
      throw new TypeTextError(`'${token.text}' is there twice`, token.at);
    }
    members.add(token.text);
  } while (cursor.takes(","));
  cursor.expect(")");
  return { kind: "enum", members: [...members] };
}

function readDecimal(cursor: TokenCursor): DataType {
  if (!cursor.takes("(")) return { kind: "decimal", width: 18, scale: 3 };
  const width = cursor.number();
  const scale = cursor.takes(",") ? cursor.number() : 0;
  if (width < 1 || width > 38 || scale > width) {
    cursor.fail("A DECIMAL has a width of 1 to 38, and a scale of at most its width");
  }
  cursor.expect(")");
  return { kind: "decimal", width, scale };
}

function readLength(cursor: TokenCursor): number | null {
  if (!cursor.takes("(")) return null;
  const length = cursor.number();
  cursor.expect(")");
  return length;
}

/** DuckDB takes the digits of a second as a parameter: `TIMESTAMP(3)` is `TIMESTAMP_MS`. */
function readTimestamp(cursor: TokenCursor): DataType {
  if (!cursor.takes("(")) return { kind: "scalar", name: "TIMESTAMP" };
  const digits = cursor.number();
  if (digits > 9) cursor.fail("A TIMESTAMP has at most 9 digits of a second");
  cursor.expect(")");
  if (digits === 0) return { kind: "scalar", name: "TIMESTAMP_S" };
  if (digits <= 3) return { kind: "scalar", name: "TIMESTAMP_MS" };
  return { kind: "scalar", name: digits <= 6 ? "TIMESTAMP" : "TIMESTAMP_NS" };
}
