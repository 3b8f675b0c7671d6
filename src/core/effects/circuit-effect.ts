import { z } from "zod";
import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { type EffectOf, type MergeLaw, ofKind, rulesOf, strongest } from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const form = z.strictObject({
  failures: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("How many failures in a row open the circuit; only those count that may pass."),
  cool_down: durationForm
    .default("1m")
    .describe("How long an open circuit keeps every attempt away, before one may probe it."),
  probes: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("How many probes may fail before the tasks that wait for the circuit fail too."),
});

const law: MergeLaw = {
  text:
    "The higher rule priority wins; of equal priority the more careful: fewer failures, a longer " +
    "cool-down, fewer probes.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "circuit")).map(({ effect }) => effect);
    if (top.length === 0) return {};
    const value = {
      failures: Math.min(...top.map(({ failures }) => failures)),
      coolDownMs: Math.max(...top.map(({ coolDownMs }) => coolDownMs)),
      probes: Math.min(...top.map(({ probes }) => probes)),
    };
    return { circuit: { value, by: rulesOf(strongest(ofKind(contributions, "circuit"))) } };
  },
};

/** Leaves a connection alone that keeps failing. */
export const circuitEffect: EffectSpec<EffectOf<"circuit">, typeof form> = {
  kind: "circuit",
  summary:
    "Leaves the source's connection alone for a while when extractions from it keep failing: no " +
    "attempt starts while the circuit is open, then one probes it. All sources of the connection " +
    "that have a circuit share it.",
  form,
  toEffect: ({ failures, cool_down, probes }) => ({
    kind: "circuit",
    failures,
    coolDownMs: durationMs(cool_down),
    probes,
  }),
  subjects: ["source"],
  law,
  whenUndetermined: "ignored",
  order: 45,
  shape: (draft, { circuit }) => {
    const { connection } = draft;
    if (circuit === null || connection === null) return draft;
    const value = { name: connection, ...circuit.value };
    return withSafeguards(draft, { circuit: value }, (kind) => kind === "extract");
  },
};
