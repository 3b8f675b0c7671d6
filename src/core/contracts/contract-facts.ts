import { z } from "zod";
import { compatibilityModes } from "../schema/compatibility-mode.ts";
import { isAllowed } from "../schema/compatible.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import { checkContract } from "./check-contract.ts";
import type { Contract } from "./contract.ts";

/** What a rule sees as `source.contract`. Unknown facts are null. */
export const contractFactSchema = z.strictObject({
  declared: z.boolean().describe("Whether a contract is about it."),
  holds: z
    .boolean()
    .nullable()
    .describe("Whether what is observed keeps to it; true without one, unknown when unobserved."),
  violations: z.int().describe("Promises that are broken."),
  broken: z.array(z.string()).describe("The promised columns that break it, in its order."),
  breaking: z
    .array(z.string())
    .describe("What of the last change its mode does not allow, a sentence each."),
  mode: z
    .enum(compatibilityModes)
    .nullable()
    .describe("Changes that it allows: backward, forward, full, none; unknown without one."),
  latency: z.number().nullable().describe("Seconds: how old the newest data may become."),
});

export type ContractFacts = z.infer<typeof contractFactSchema>;

/**
 * The facts of one source's contract.
 * @param shapes what the source looked like, oldest first; the last is what it looks like now.
 * Empty when it was never observed.
 */
export function contractFacts(
  contract: Contract | null,
  shapes: readonly ObservedSchema[],
): ContractFacts {
  const now = shapes.at(-1);
  if (contract === null) {
    return {
      declared: false,
      holds: true,
      violations: 0,
      broken: [],
      breaking: [],
      mode: null,
      latency: null,
    };
  }
  const findings = now === undefined ? null : checkContract(contract, now);
  const violations = findings?.violations ?? [];
  return {
    declared: true,
    holds: findings?.holds ?? null,
    violations: violations.length,
    broken: [...new Set(violations.map(({ column }) => column))].filter((name) => name !== ""),
    breaking: now === undefined ? [] : breakingChanges(contract, shapes.slice(0, -1), now),
    mode: contract.mode,
    latency: contract.latencyMs === null ? null : contract.latencyMs / 1_000,
  };
}

/** Only changes of what is promised: the rest is the producer's own. */
function breakingChanges(
  contract: Contract,
  earlier: readonly ObservedSchema[],
  now: ObservedSchema,
): string[] {
  const promised = new Set(contract.columns.map(({ name }) => name.toLowerCase()));
  return isAllowed(contract.mode, earlier, now)
    .reasons.filter(
      ({ change }) =>
        promised.size === 0 || change.column === "" || promised.has(change.column.toLowerCase()),
    )
    .map(({ because }) => because);
}
