import { attribute, type MergeLaw, ofKind, rulesOf, strongest } from "./merge-law.ts";

/** Whether a subject runs at all: `activate` against `bypass`. */
export const activationLaw: MergeLaw = {
  text: "The higher rule priority wins; a contradiction of equal priority is a conflict, and the subject is bypassed.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "activate", "bypass"));
    if (top.length === 0) return {};
    const bypasses = ofKind(top, "bypass");
    if (bypasses.length === 0) return { activation: attribute({ state: "activate" }, top) };
    const causes = bypasses.flatMap(({ effect }) => effect.because ?? []).sort();
    const bypass = { state: "bypass", because: causes[0] ?? null } as const;
    const isContradicted = bypasses.length < top.length;
    return {
      activation: attribute(bypass, top, (effect) => effect.kind === "bypass"),
      conflicts: isContradicted
        ? [
            {
              effect: "bypass",
              rules: rulesOf(top),
              // What did not run can still run later; what ran against a rule cannot be taken back.
              outcome: "bypassed, because what did not run can still run later",
            },
          ]
        : [],
    };
  },
};
