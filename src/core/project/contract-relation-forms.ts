import { z } from "zod";
import type { ContractParts } from "./contract-part-forms.ts";

const shorthand = /^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$/;
const qualified =
  /^(?:(?:https?:\/\/)?[A-Za-z0-9._\-/]+\.yaml#)?\/?[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+(?:\/[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+)*$/;

const reference = z.string().refine((text) => shorthand.test(text) || qualified.test(text), {
  error: "must be `table.column`, or a path of ids",
  params: { fix: "Write, say, `customers.id`." },
});
const references = z.array(reference).min(1);
const either = z.union([reference, references]);

function general({ custom }: ContractParts) {
  return { type: z.literal("foreignKey").optional(), customProperties: custom.optional() };
}

/** A relation of one property to others; where it comes from is the property. */
export function propertyRelationForm(parts: ContractParts) {
  return z.strictObject({ ...general(parts), to: either });
}

/** A relation of an object: from one property to one, or from several to as many. */
export function objectRelationForm(parts: ContractParts) {
  return z
    .strictObject({ ...general(parts), from: either, to: either })
    .refine(({ from, to }) => Array.isArray(from) === Array.isArray(to), {
      error: "must have `from` and `to` both as one column, or both as lists",
      params: { fix: "Write both as one column, or both as lists." },
    });
}
