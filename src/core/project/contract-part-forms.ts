import { z } from "zod";

/**
 * The editions of the Open Data Contract Standard that are read. 3.1 refuses keys that it does not
 * know almost everywhere; 3.0 mostly passes them on.
 */
export type ContractEdition = "3.0" | "3.1";

/** One entry of `customProperties`. */
export interface CustomPropertyForm {
  readonly property?: string | undefined;
  readonly value?: unknown;
}

const word = z.string().optional();
const anything = z.unknown().refine((value) => value !== undefined);

/** The small forms that all parts of a contract are made of, in one edition. */
export function contractParts(edition: ContractEdition) {
  const isLatest = edition === "3.1";
  /** A mapping whose further keys the edition refuses or passes on. */
  const mapping = <T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T> =>
    isLatest ? z.strictObject(shape) : z.looseObject(shape);
  const id = isLatest
    ? {
        id: z
          .string()
          .regex(/^[A-Za-z0-9_-]+$/, "must be letters, digits, `_` and `-`")
          .optional(),
      }
    : {};
  const description = isLatest ? { description: word } : {};
  const custom: z.ZodType<CustomPropertyForm[]> = z.array(
    isLatest
      ? z.strictObject({ ...id, property: z.string(), value: anything, description: word })
      : z.looseObject({ property: word }),
  );
  const definitions = z.array(
    mapping({ ...id, url: z.string(), type: z.string(), ...description }),
  );
  const tags = z.array(z.string());
  const role = mapping({
    ...id,
    role: z.string(),
    description: word,
    access: word,
    firstLevelApprovers: word,
    secondLevelApprovers: word,
    customProperties: custom.optional(),
  });
  return { edition, isLatest, mapping, id, description, custom, definitions, tags, role };
}

export type ContractParts = ReturnType<typeof contractParts>;

/** An optional text: most of what a contract holds. */
export const optionalText = word;
