/** A value that JSON can carry. Readonly all the way down, because values are shared and hashed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of JSON values; a field that is `undefined` counts as absent. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/**
 * The value as JSON carries it: plain objects and arrays, copied; absent fields left out.
 * @throws TypeError for what JSON has no form for; that is a bug in the caller.
 */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && isPlain(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([key, field]) => [key, toJson(field)]));
  }
  throw new TypeError(`A ${typeof value} has no JSON form`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
