/**
 * Canonical JSON by RFC 8785: keys in UTF-16 code unit order, ECMAScript number and string
 * forms, no white space. Equal values have equal text, so their hashes are equal on any machine.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return objectText(value);
  throw new TypeError(`A ${typeof value} has no canonical JSON form`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON form`);
  return JSON.stringify(value);
}

/** Nearly all keys, names and hashes: nothing in them is escaped. */
const plain = /^[ !#-[\]-~]*$/;

/** RFC 8785 asks for well-formed strings; a lone surrogate would hash differently elsewhere. */
function quote(value: string): string {
  if (plain.test(value)) return `"${value}"`;
  if (/[\ud800-\udfff]/.test(value) && !isWellFormed(value)) {
    throw new TypeError("A string with a lone surrogate has no canonical JSON form");
  }
  return JSON.stringify(value);
}

/** False when the text holds half of a surrogate pair: it has no UTF-8 form, hence no canonical one. */
export function isWellFormed(value: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
}

/** A plain object; a field that is `undefined` is left out, as in `JSON.stringify`. */
function objectText(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("Only plain objects have a canonical JSON form");
  }
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const field: unknown = Reflect.get(value, key);
    if (field !== undefined) parts.push(`${quote(key)}:${canonicalJson(field)}`);
  }
  return `{${parts.join(",")}}`;
}
