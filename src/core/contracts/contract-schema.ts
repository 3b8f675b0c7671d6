import { z } from "zod";
import { compatibilityModes } from "../schema/compatibility-mode.ts";
import type { Contract } from "./contract.ts";

const texts = z.array(z.string());

/** The form in which a catalog holds a contract as part of its source. */
export const contractSchema: z.ZodType<Contract> = z.strictObject({
  id: z.string(),
  version: z.string(),
  status: z.string(),
  source: z.string(),
  file: z.string(),
  mode: z.enum(compatibilityModes),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      nullable: z.boolean(),
      isExact: z.boolean(),
      isKey: z.boolean(),
      values: texts.nullable(),
    }),
  ),
  key: texts,
  owner: z.string().nullable(),
  cadenceMs: z.number().nullable(),
  latencyMs: z.number().nullable(),
});
