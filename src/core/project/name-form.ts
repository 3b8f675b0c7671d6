import { z } from "zod";

const words = "must be lower-case letters, digits and `_`, and not begin with a digit";

/**
 * The name of a source or model. Lower case, because the warehouse does not tell cases apart, and
 * what discovery finds is named so too; it needs no quotes in SQL.
 */
export const nameForm = z
  .string()
  .max(100)
  .regex(/^[a-z_][a-z0-9_]*$/, words)
  .refine((name) => !(name in {}), {
    error: "is a part of JavaScript's own objects",
    params: { fix: "Choose another name." },
  });

/** The name of a connection, pool or template, which may have hyphens. */
export const labelForm = z
  .string()
  .max(100)
  .regex(/^[a-z_][a-z0-9_-]*$/, "must be lower-case letters, digits, `_` and `-`")
  .refine((name) => !(name in {}), {
    error: "is a part of JavaScript's own objects",
    params: { fix: "Choose another name." },
  });

/** What a name would be that is no name: `Daily-Delays` gives `daily_delays`. */
export function toName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^[a-z_]/.test(plain) ? plain : `_${plain}`;
}
