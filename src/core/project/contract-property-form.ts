import { z } from "zod";
import type { ContractParts } from "./contract-part-forms.ts";
import { contractQualityForm, type QualityForm } from "./contract-quality-form.ts";
import { propertyRelationForm } from "./contract-relation-forms.ts";

/** One column or field of a contract, as far as Sluice acts on it. */
export interface PropertyForm {
  readonly name?: string | undefined;
  readonly physicalName?: string | undefined;
  readonly logicalType?: string | undefined;
  readonly logicalTypeOptions?: Readonly<Record<string, unknown>> | undefined;
  readonly physicalType?: string | undefined;
  readonly primaryKey?: boolean | undefined;
  readonly primaryKeyPosition?: number | undefined;
  readonly required?: boolean | undefined;
  readonly unique?: boolean | undefined;
  readonly quality?: readonly QualityForm[] | undefined;
  readonly properties?: readonly PropertyForm[] | undefined;
  readonly items?: PropertyForm | undefined;
}

/** What objects and properties have in common. */
export function elementShape({ id, custom, definitions, tags }: ContractParts) {
  const text = z.string().optional();
  return {
    ...id,
    physicalType: text,
    description: text,
    businessName: text,
    authoritativeDefinitions: definitions.optional(),
    tags: tags.optional(),
    customProperties: custom.optional(),
  };
}

/** One entry of `properties`; both editions refuse keys here that they do not know. An item of a list is one that needs no name. */
export function contractPropertyForm(parts: ContractParts): z.ZodType<PropertyForm> {
  const named = propertyVariants(parts, { name: z.string() }, () => ({ named, item }));
  const item = propertyVariants(parts, { name: z.string().optional() }, () => ({ named, item }));
  return named;
}

type Inner = () => {
  readonly named: z.ZodType<PropertyForm>;
  readonly item: z.ZodType<PropertyForm>;
};

function propertyVariants(
  parts: ContractParts,
  name: { readonly name: z.ZodType<string | undefined> },
  inner: Inner,
): z.ZodType<PropertyForm> {
  const { isLatest } = parts;
  const general = { ...elementShape(parts), ...name, ...propertyShape(parts) };
  const fields = z.lazy(() => z.array(inner().named)).optional();
  const item = z.lazy(() => inner().item).optional();
  const variant = (type: string, more: z.core.$ZodLooseShape) =>
    z.strictObject({ ...general, logicalType: z.literal(type), ...more });
  const optioned = Object.entries(optionShapes(isLatest)).map(([type, shape]) => {
    const more =
      type === "object" ? { properties: fields } : type === "array" ? { items: item } : {};
    return variant(type, { logicalTypeOptions: z.strictObject(shape).optional(), ...more });
  });
  // Without a type, the published schemas allow no options, and fields and items alike.
  const untyped = z.strictObject({
    ...general,
    logicalType: z.undefined().optional().meta({ not: {} }),
    logicalTypeOptions: z.strictObject({}).optional(),
    properties: fields,
    items: item,
  });
  return z.discriminatedUnion("logicalType", [
    untyped,
    variant("boolean", freeOptions),
    ...optioned,
  ]);
}

const freeOptions = { logicalTypeOptions: z.record(z.string(), z.unknown()).optional() };

function propertyShape(parts: ContractParts) {
  const text = z.string().optional();
  const flag = z.boolean().optional();
  return {
    primaryKey: flag,
    primaryKeyPosition: z.int().optional(),
    physicalName: text,
    required: flag,
    unique: flag,
    partitioned: flag,
    partitionKeyPosition: z.int().optional(),
    classification: text,
    encryptedName: text,
    transformSourceObjects: z.array(z.string()).optional(),
    transformLogic: text,
    transformDescription: text,
    examples: z.array(z.unknown()).optional(),
    criticalDataElement: flag,
    quality: z.array(contractQualityForm(parts)).optional(),
    ...(parts.isLatest ? { relationships: z.array(propertyRelationForm(parts)).optional() } : {}),
  };
}

/** What `logicalTypeOptions` may say, by logical type. Bounds were flags until 3.0. */
function optionShapes(isLatest: boolean): Readonly<Record<string, z.core.$ZodLooseShape>> {
  const text = z.string().optional();
  const number = z.number().optional();
  const size = z.int().min(0).optional();
  const bound = (kind: z.ZodType) => (isLatest ? kind : z.boolean().optional());
  const point = {
    format: text,
    exclusiveMaximum: bound(text),
    maximum: text,
    exclusiveMinimum: bound(text),
    minimum: text,
  };
  const amount = {
    multipleOf: z.number().gt(0).optional(),
    maximum: number,
    exclusiveMaximum: bound(number),
    minimum: number,
    exclusiveMinimum: bound(number),
  };
  const instant = { ...point, timezone: z.boolean().optional(), defaultTimezone: text };
  const wholes = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];
  return {
    string: { minLength: size, maxLength: size, pattern: text, format: text },
    date: point,
    ...(isLatest ? { timestamp: instant, time: instant } : {}),
    integer: { ...amount, format: z.enum(wholes).optional() },
    number: { ...amount, format: z.enum(["f32", "f64"]).optional() },
    object: {
      maxProperties: size,
      minProperties: size,
      required: z
        .array(z.string())
        .min(1)
        .refine((names) => new Set(names).size === names.length, "must not name one twice")
        .optional(),
    },
    array: { maxItems: size, minItems: size, uniqueItems: z.boolean().optional() },
  };
}
