import type { RuleSet } from "./rule-set.ts";
import { defineRuleSet } from "./rule-set-file.ts";

/**
 * The routes that hold where a project says nothing else: what is safe passes, what a view can
 * mend is adapted, what breaks or corrupts waits for an answer, and another table under the old
 * name stops. Its priorities are below those of any rule that people write without one, and a
 * project's own rule set of the same name takes its place.
 */
export const defaultRoutes: RuleSet = defineRuleSet({
  ruleset: "routes",
  description: "What becomes of models when a source changes its schema.",
  params: {
    // What a model of tier 0, and one of tier 1, must be judged by before anything but safe changes pass.
    evidence_tier_0: 2,
    evidence_tier_1: 1,
    lowest_score_tier_0: 0.7,
  },
  rules: [
    {
      id: "pass-safe",
      description: "A change that the model does not feel passes.",
      for: "model",
      when: "drift.open && model.compatibility.severity <= 1",
      priority: -100,
      then: [{ route: "pass" }],
    },
    {
      id: "pass-drift",
      description: "Values or rows may differ, and all of it is valid: it passes, and is told.",
      for: "model",
      when: "drift.open && model.compatibility.severity == 2",
      priority: -100,
      then: [
        { route: "pass" },
        {
          notify: {
            severity: "info",
            title: "The model reads a changed schema",
          },
        },
      ],
    },
    {
      id: "adapt-rewritable",
      description: "A view can give back the old shape: the model runs unchanged.",
      for: "model",
      when: "drift.open && model.compatibility.severity == 3 && model.tier > 0",
      priority: -100,
      then: [
        { route: "adapt" },
        {
          notify: {
            severity: "warning",
            title: "The model reads the old shape of a source through an adapter",
          },
        },
      ],
    },
    {
      id: "ask-critical",
      description: "A model of tier 0 is not adapted, and takes no low score, without its owner.",
      for: "model",
      when: `drift.open && model.tier == 0 && (model.compatibility.severity == 3
        || model.compatibility.severity == 2
        && model.compatibility.score < params.lowest_score_tier_0)`,
      priority: -90,
      then: [
        { route: { to: "negotiate", deadline: "7d" } },
        {
          notify: {
            severity: "critical",
            title: "The model waits for its owner: a source changed its schema",
          },
        },
      ],
    },
    {
      id: "ask-thin-evidence",
      description:
        "The more critical a model, the more must be known before a change of values passes.",
      for: "model",
      when: `drift.open && model.compatibility.severity >= 2
        && !drift.kinds.all(kind, kind == "added" || kind == "reordered")
        && (model.tier == 0 && model.compatibility.evidence < params.evidence_tier_0
        || model.tier == 1 && model.compatibility.evidence < params.evidence_tier_1)`,
      priority: -90,
      then: [{ route: { to: "negotiate", deadline: "7d" } }],
    },
    {
      id: "ask-breaking",
      description:
        "It would fail, or be wrong without a sign: its owners answer, and until then it stays as it was.",
      for: "model",
      when: "drift.open && model.compatibility.severity >= 4",
      priority: -80,
      then: [
        { route: { to: "negotiate", deadline: "7d" } },
        {
          notify: {
            severity: "critical",
            title: "The model is stopped: a change of schema breaks or corrupts it",
          },
        },
      ],
    },
    {
      id: "ask-broken-contract",
      description: "What a producer promised is broken: nothing that a model feels passes unasked.",
      for: "model",
      when: "drift.open && drift.breaks_contract && model.compatibility.severity >= 2",
      priority: -90,
      then: [{ route: { to: "negotiate", deadline: "7d" } }],
    },
    {
      id: "tell-broken-contract",
      description: "A producer hears of a broken promise before its consumers do.",
      for: "source",
      when: "source.contract.declared && !source.contract.holds",
      priority: -100,
      then: [{ notify: { severity: "critical", title: "The source breaks its contract" } }],
    },
    {
      id: "stop-replaced",
      description:
        "Another table under the old name, or rows of another grain: no answer makes it the same.",
      for: "model",
      when: `drift.open && model.compatibility.severity >= 4
        && drift.kinds.exists(kind, kind == "replaced" || kind == "key")`,
      priority: -70,
      then: [{ route: { to: "isolate", because: "the source is not the same table any more" } }],
    },
  ],
});
