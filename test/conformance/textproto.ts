/** A message of the text format: its fields by name, each with all of its values in order. */
export interface TextMessage {
  readonly fields: ReadonlyMap<string, readonly TextValue[]>;
}

/** A scalar is kept as written, one char per byte of UTF-8; `quoted` tells a text from a word. */
export type TextValue = TextMessage | { readonly scalar: string; readonly quoted: boolean };

const tokenPattern =
  /\s+|#[^\n]*|(?<punct>[{}[\]:;,<>])|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<word>[^\s{}[\]:;,<>"'#]+)/gy;

interface Token {
  readonly kind: "punct" | "text" | "word";
  readonly text: string;
}

/**
 * Reads a message of the protobuf text format, as far as the conformance files use it.
 * @param source one char per byte (latin-1), because escapes in it denote bytes
 */
export function parseTextproto(source: string): TextMessage {
  const reader = { tokens: tokenize(source), at: 0 };
  return readMessage(reader, null);
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < source.length) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(source);
    if (match === null)
      throw new Error(`Unreadable text format at ${source.slice(start, start + 40)}`);
    const { punct, text, word } = match.groups ?? {};
    if (punct !== undefined) tokens.push({ kind: "punct", text: punct });
    if (text !== undefined) tokens.push({ kind: "text", text });
    if (word !== undefined) tokens.push({ kind: "word", text: word });
  }
  return tokens;
}

function next(reader: Reader): Token {
  const token = reader.tokens[reader.at];
  if (token === undefined) throw new Error("The text format ends too early");
  reader.at += 1;
  return token;
}

function isNext(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.at];
  return token?.kind === "punct" && token.text === text;
}

function skip(reader: Reader, text: string): boolean {
  if (!isNext(reader, text)) return false;
  reader.at += 1;
  return true;
}

function readMessage(reader: Reader, close: string | null): TextMessage {
  const fields = new Map<string, TextValue[]>();
  while (close === null ? reader.at < reader.tokens.length : !skip(reader, close)) {
    const name = readName(reader);
    const values = readValues(reader);
    fields.set(name, [...(fields.get(name) ?? []), ...values]);
    if (!skip(reader, ",")) skip(reader, ";");
  }
  return { fields };
}

/** A field's name, or in brackets that of an extension or of a packed message's type. */
function readName(reader: Reader): string {
  if (!skip(reader, "[")) return next(reader).text;
  const name = next(reader).text;
  skip(reader, "]");
  return `[${name}]`;
}

function readValues(reader: Reader): readonly TextValue[] {
  const hasColon = skip(reader, ":");
  if (!hasColon || !skip(reader, "[")) return [readValue(reader)];
  const values: TextValue[] = [];
  while (!skip(reader, "]")) {
    values.push(readValue(reader));
    skip(reader, ",");
  }
  return values;
}

function readValue(reader: Reader): TextValue {
  if (skip(reader, "{")) return readMessage(reader, "}");
  if (skip(reader, "<")) return readMessage(reader, ">");
  const token = next(reader);
  if (token.kind !== "text") return { scalar: token.text, quoted: false };
  let scalar = unquote(token.text);
  while (reader.tokens[reader.at]?.kind === "text") scalar += unquote(next(reader).text);
  return { scalar, quoted: true };
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

const escapePattern = /\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)/gs;

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(escapePattern, (_all, code: string) => characterOf(code));
}

/** All but the Unicode escapes denote one byte. */
function characterOf(code: string): string {
  if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
  if (code.length > 1) {
    const value = Number.parseInt(code.slice(1), 16);
    return code.startsWith("x") ? String.fromCharCode(value) : encodeUtf8(value);
  }
  return escapes[code] ?? code;
}

function encodeUtf8(codePoint: number): string {
  return String.fromCharCode(...new TextEncoder().encode(String.fromCodePoint(codePoint)));
}

/** The bytes of a scalar. */
export function bytesOf(scalar: string): Uint8Array {
  return Uint8Array.from(scalar, (char) => char.charCodeAt(0));
}

/** The text that a scalar's bytes are in UTF-8. */
export function textOf(scalar: string): string {
  return new TextDecoder().decode(bytesOf(scalar));
}

/** The first value of a field, when it is a message. */
export function messageOf(message: TextMessage, field: string): TextMessage | null {
  const value = message.fields.get(field)?.[0];
  return value !== undefined && "fields" in value ? value : null;
}

export function messagesOf(message: TextMessage, field: string): readonly TextMessage[] {
  const values = message.fields.get(field) ?? [];
  return values.filter((value): value is TextMessage => "fields" in value);
}

/** The first value of a field, when it is a scalar, as written. */
export function scalarOf(message: TextMessage, field: string): string | null {
  const value = message.fields.get(field)?.[0];
  return value !== undefined && "scalar" in value ? value.scalar : null;
}
