import type { Demand, ModelSpec } from "./project.ts";
import type { SettingsForm } from "./settings-form.ts";

/** What holds for a source or model that says nothing else. */
export interface SubjectDefaults {
  readonly tier: number;
  readonly owner: string | null;
  readonly demand: Demand;
  readonly materialize: ModelSpec["materialize"];
  readonly probeTimeoutMs: number;
}

/** The built-in defaults under those of sluice.yaml. */
export function subjectDefaults(form: SettingsForm["defaults"]): SubjectDefaults {
  return {
    tier: form.tier ?? 2,
    owner: form.owner ?? null,
    demand: form.demand ?? "always",
    materialize: form.materialize ?? "view",
    probeTimeoutMs: form.probe_timeout ?? 30_000,
  };
}
