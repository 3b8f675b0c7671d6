import type { Gate, OnFail } from "../project/check.ts";
import { checkFormSchema, gateName, toGate } from "../project/check-form.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";
import { gatesOf, withGates } from "./subject-draft.ts";

const severity: Readonly<Record<OnFail, number>> = { fail: 3, undo: 2, quarantine: 1, warn: 0 };

const law: MergeLaw = {
  text: "All of them; of one and the same check the strictest consequence (fail, undo, quarantine, warn).",
  merge: (contributions) => ({
    gates: uniteGates(
      ofKind(contributions, "gate").map(({ effect, rule }) => ({
        name: effect.name ?? gateName(effect.check),
        check: effect.check,
        onFail: effect.onFail,
        by: rule,
      })),
    ),
  }),
};

/** One gate for each distinct check, under distinct names, in name order. */
export function uniteGates(gates: readonly Gate[]): readonly Gate[] {
  const byCheck = new Map<string, Gate>();
  for (const gate of [...gates].sort(strictestFirst)) {
    const check = canonicalJson(gate.check);
    if (!byCheck.has(check)) byCheck.set(check, gate);
  }
  const taken = new Set<string>();
  const named = [...byCheck.entries()]
    .sort(([, left], [, right]) => compareText(left.by ?? "", right.by ?? ""))
    .map(([, gate]) => {
      const name = freeName(gate.name, taken);
      taken.add(name);
      return { ...gate, name };
    });
  return named.sort((left, right) => compareText(left.name, right.name));
}

/** A declared gate comes before a rule's, so that it keeps its name. */
function strictestFirst(left: Gate, right: Gate): number {
  return (
    severity[right.onFail] - severity[left.onFail] ||
    compareText(left.by ?? "", right.by ?? "") ||
    compareText(left.name, right.name) ||
    compareText(canonicalJson(left.check), canonicalJson(right.check))
  );
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const numbered = `${name}_${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** A quality condition that must hold before data is committed. */
export const gateEffect: EffectSpec<EffectOf<"gate">, typeof checkFormSchema> = {
  kind: "gate",
  summary:
    "A condition on the rows: it stops the load or transform, sets failing rows aside, undoes what " +
    "was committed, or warns. On a model, quarantine is not possible.",
  form: checkFormSchema,
  toEffect: (form) => {
    const { check, onFail } = toGate(form, null);
    return { kind: "gate", name: form.name ?? null, check, onFail };
  },
  subjects: ["source", "model"],
  law,
  whenUndetermined: "applied",
  order: 30,
  shape: (draft, { gates }) => {
    if (gates.length === 0) return draft;
    // A model has no quarantine: what may not come in must then not come at all.
    const possible = gates.map((gate) =>
      draft.kind === "model" && gate.onFail === "quarantine"
        ? { ...gate, onFail: "fail" as const }
        : gate,
    );
    return withGates(draft, uniteGates([...gatesOf(draft), ...possible]));
  },
};
