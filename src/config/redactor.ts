import { isWellFormed } from "../core/std/canonical-json.ts";

/** Hides values in texts. */
export interface Redactor {
  /** From now on, `value` is hidden in all its forms. */
  hide(value: string): void;
  redact(text: string): string;
}

const mask = "***";
/** A shorter value would turn up inside words that have nothing to do with it. */
const wholeWordBelow = 4;
/** Lines of a longer secret, such as a key, that are worth hiding on their own. */
const lineLengthMin = 8;

/**
 * Hides every value that it is told of: plain, percent- and form-encoded, in base64 (also as a
 * part of a longer encoded text, as in an HTTP header) and as JSON and SQL write it.
 */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | null = null;
  return {
    hide(value) {
      if (value === "") return;
      const lines = value.split(/\r?\n/).filter((line) => line.length >= lineLengthMin);
      for (const text of [value, ...lines]) for (const form of formsOf(text)) forms.add(form);
      pattern = patternOf(forms);
    },
    redact: (text) => (pattern === null ? text : text.replaceAll(pattern, mask)),
  };
}

/** The longest first, so that no form is left as the rest of another. */
function patternOf(forms: ReadonlySet<string>): RegExp {
  const choices = [...forms]
    .sort((left, right) => right.length - left.length)
    .map((form) => {
      const literal = form.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      return form.length < wholeWordBelow
        ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`
        : literal;
    });
  return new RegExp(choices.join("|"), "gu");
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  // Half a character has no UTF-8 form, so no encoder can have written it.
  const encoded = isWellFormed(value) ? encodeURIComponent(value) : value;
  return [
    value,
    encoded,
    lowerEscapes(encoded),
    isWellFormed(value) ? encodeURI(value) : value,
    strictlyEncoded(encoded),
    lowerEscapes(strictlyEncoded(encoded)),
    formEncoded(value),
    lowerEscapes(formEncoded(value)),
    percent,
    percent.toUpperCase(),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll("'", "''"),
    bytes.toString("hex"),
    ...base64Forms(bytes),
  ];
}

function lowerEscapes(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (triple) => triple.toLowerCase());
}

/** As a browser's form and many a driver send it. */
function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}

/** As RFC 3986 has it: `encodeURIComponent` leaves five more characters as they are. */
function strictlyEncoded(text: string): string {
  return text.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Base64 of the value alone, and the part of it that shows whatever stands around the value:
 * three, for the three places in a group of bytes where it may begin.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString("base64");
  const inner = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const isPartial = (bytes.length + shift) % 3 !== 0;
    return text.slice(shift === 0 ? 0 : shift + 1, isPartial ? -1 : undefined);
  });
  const plain = [whole, whole.replace(/=+$/, ""), ...inner.filter((text) => text.length >= 6)];
  return plain.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}
