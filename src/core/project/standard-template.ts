import type { RetryPolicy, Template } from "./project.ts";
import type { TemplateForm } from "./template-forms.ts";

/** The template that every project starts from. */
export const standardTemplate: Template = {
  name: "standard",
  defaults: {
    retry: { attempts: 3, backoffMs: 1_000, backoffMsMax: 60_000 },
    timeoutMs: 3_600_000,
    onBypass: "skip",
  },
  pools: { extract: 4, warehouse: 2 },
  poolOf: {
    extract: "extract",
    load: "warehouse",
    verify: "warehouse",
    transform: "warehouse",
    check: "warehouse",
  },
};

/** What a file may say otherwise than the template under it. */
export type TemplateOverrides = Pick<
  TemplateForm,
  "retry" | "timeout" | "on_bypass" | "pools" | "pool_of"
>;

/** `template` with what `overrides` say instead. */
export function overrideTemplate(template: Template, overrides: TemplateOverrides): Template {
  const { defaults } = template;
  return {
    name: template.name,
    defaults: {
      retry: overrideRetry(defaults.retry, overrides.retry),
      timeoutMs: overrides.timeout ?? defaults.timeoutMs,
      onBypass: overrides.on_bypass ?? defaults.onBypass,
    },
    pools: { ...template.pools, ...overrides.pools },
    poolOf: {
      extract: overrides.pool_of?.extract ?? template.poolOf.extract,
      load: overrides.pool_of?.load ?? template.poolOf.load,
      verify: overrides.pool_of?.verify ?? template.poolOf.verify,
      transform: overrides.pool_of?.transform ?? template.poolOf.transform,
      check: overrides.pool_of?.check ?? template.poolOf.check,
    },
  };
}

/** A wait is never longer than the longest wait: a short `max_backoff` alone shortens both. */
function overrideRetry(retry: RetryPolicy, overrides: TemplateOverrides["retry"]): RetryPolicy {
  const backoffMsMax =
    overrides?.max_backoff ?? Math.max(retry.backoffMsMax, overrides?.backoff ?? 0);
  return {
    attempts: overrides?.attempts ?? retry.attempts,
    backoffMs: Math.min(overrides?.backoff ?? retry.backoffMs, backoffMsMax),
    backoffMsMax,
  };
}
