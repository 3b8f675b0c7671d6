import { z } from "zod";
import {
  type ContractEdition,
  type ContractParts,
  type CustomPropertyForm,
  contractParts,
  optionalText,
} from "./contract-part-forms.ts";
import { contractPropertyForm, elementShape, type PropertyForm } from "./contract-property-form.ts";
import { contractQualityForm, type QualityForm } from "./contract-quality-form.ts";
import { objectRelationForm } from "./contract-relation-forms.ts";
import { contractServerForm } from "./contract-server-form.ts";

/** One entry of `schema`: a table or stream, as far as Sluice acts on it. */
export interface ObjectForm {
  readonly name: string;
  readonly physicalName?: string | undefined;
  readonly properties?: readonly PropertyForm[] | undefined;
  readonly quality?: readonly QualityForm[] | undefined;
  readonly customProperties?: readonly CustomPropertyForm[] | undefined;
}

/** One entry of `slaProperties`. */
export interface SlaForm {
  readonly property: string;
  readonly value: unknown;
  readonly unit?: string | undefined;
  readonly element?: string | undefined;
}

/** A contract as people write it (Open Data Contract Standard), as far as Sluice acts on it. */
export interface ContractForm {
  readonly version: string;
  readonly apiVersion: string;
  readonly id: string;
  readonly status: string;
  readonly schema?: readonly ObjectForm[] | undefined;
  readonly team?: unknown;
  readonly slaProperties?: readonly SlaForm[] | undefined;
  readonly slaDefaultElement?: string | undefined;
  readonly customProperties?: readonly CustomPropertyForm[] | undefined;
}

/** Versions of the standard by which a document may say that it is written. */
export const apiVersions = ["v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0", "v2.2.2", "v2.2.1", "v2.2.0"];

const made = new Map<ContractEdition, z.ZodType<ContractForm>>();

/** What a contract may say: as the edition's published schema, formats of dates and links aside. */
export function contractForm(edition: ContractEdition): z.ZodType<ContractForm> {
  const known = made.get(edition);
  if (known !== undefined) return known;
  const form = rootForm(contractParts(edition));
  made.set(edition, form);
  return form;
}

function rootForm(parts: ContractParts): z.ZodType<ContractForm> {
  const { isLatest, custom, definitions, tags, role } = parts;
  const text = optionalText;
  return z.strictObject({
    version: z.string().describe("The version of this contract."),
    kind: z.literal("DataContract").describe("The kind of document."),
    apiVersion: z
      .enum(isLatest ? apiVersions : apiVersions.slice(1))
      .describe("The version of the standard.")
      .meta({ examples: ["v3.1.0"] }),
    id: z.string().describe("What tells it from every other contract."),
    status: z
      .string()
      .describe("Its state of life.")
      .meta({ examples: ["active"] }),
    name: text,
    tenant: text,
    tags: tags.optional(),
    servers: z.array(contractServerForm(parts)).optional(),
    dataProduct: text,
    description: z
      .looseObject({
        usage: text,
        purpose: text,
        limitations: text,
        authoritativeDefinitions: definitions.optional(),
        customProperties: custom.optional(),
      })
      .optional(),
    domain: text,
    schema: z.array(objectForm(parts)).optional().describe("The tables that it is about."),
    support: z.array(supportForm(parts)).optional(),
    price: parts
      .mapping({
        ...parts.id,
        priceAmount: z.number().optional(),
        priceCurrency: text,
        priceUnit: text,
      })
      .optional(),
    team: teamForm(parts).optional(),
    roles: z.array(role).optional(),
    slaDefaultElement: text,
    slaProperties: z.array(slaForm(parts)).optional(),
    authoritativeDefinitions: definitions.optional(),
    customProperties: custom.optional(),
    contractCreatedTs: text,
  });
}

/** Both editions refuse keys here that they do not know. */
function objectForm(parts: ContractParts): z.ZodType<ObjectForm> {
  return z.strictObject({
    ...elementShape(parts),
    name: z.string(),
    logicalType: z.literal("object").optional(),
    physicalName: optionalText,
    dataGranularityDescription: optionalText,
    properties: z.array(contractPropertyForm(parts)).optional(),
    quality: z.array(contractQualityForm(parts)).optional(),
    ...(parts.isLatest ? { relationships: z.array(objectRelationForm(parts)).optional() } : {}),
  });
}

function supportForm({ isLatest, mapping, id, custom }: ContractParts) {
  return mapping({
    ...id,
    channel: z.string(),
    url: isLatest ? optionalText : z.string(),
    description: optionalText,
    tool: optionalText,
    scope: optionalText,
    invitationUrl: optionalText,
    ...(isLatest ? { customProperties: custom.optional() } : {}),
  });
}

/** A list of people, or since 3.1 a team with members. */
function teamForm({ isLatest, mapping, id, custom, definitions, tags }: ContractParts) {
  const latest = {
    tags: tags.optional(),
    customProperties: custom.optional(),
    authoritativeDefinitions: definitions.optional(),
  };
  const member = mapping({
    ...id,
    username: z.string(),
    name: optionalText,
    description: optionalText,
    role: optionalText,
    dateIn: optionalText,
    dateOut: optionalText,
    replacedByUsername: optionalText,
    ...(isLatest ? latest : {}),
  });
  if (!isLatest) return z.array(member);
  const team = mapping({
    ...id,
    name: optionalText,
    description: optionalText,
    members: z.array(member).optional(),
    ...latest,
  });
  return z.union([team, z.array(member)]);
}

function slaForm({ isLatest, mapping, id }: ContractParts) {
  const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
  return mapping({
    ...id,
    property: z.string(),
    value: scalar,
    valueExt: scalar.optional(),
    unit: optionalText,
    element: optionalText,
    driver: optionalText,
    ...(isLatest
      ? { description: optionalText, scheduler: optionalText, schedule: optionalText }
      : {}),
  });
}
