/** A value that JSON can carry. Readonly all the way down, because values are shared and hashed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of JSON values; a field that is `undefined` counts as absent. */
export type JsonObject = { readonly [key: string]: Json | undefined };
