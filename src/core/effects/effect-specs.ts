import type { z } from "zod";
import { activateEffect } from "./activate-effect.ts";
import { bypassEffect } from "./bypass-effect.ts";
import { cadenceEffect } from "./cadence-effect.ts";
import { circuitEffect } from "./circuit-effect.ts";
import { classifyEffect } from "./classify-effect.ts";
import { deadlineEffect } from "./deadline-effect.ts";
import type { EffectKind } from "./effect.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { fallbackEffect } from "./fallback-effect.ts";
import { gateEffect } from "./gate-effect.ts";
import { mergeEffect } from "./merge-effect.ts";
import type { EffectOf } from "./merge-law.ts";
import { notifyEffect } from "./notify-effect.ts";
import { poolEffect } from "./pool-effect.ts";
import { priorityEffect } from "./priority-effect.ts";
import { renameEffect } from "./rename-effect.ts";
import { retainEffect } from "./retain-effect.ts";
import { retryEffect } from "./retry-effect.ts";
import { routeEffect } from "./route-effect.ts";
import { slaEffect } from "./sla-effect.ts";
import { splitEffect } from "./split-effect.ts";
import { tagEffect } from "./tag-effect.ts";
import { timeoutEffect } from "./timeout-effect.ts";

const specs = {
  classify: classifyEffect,
  activate: activateEffect,
  bypass: bypassEffect,
  route: routeEffect,
  rename: renameEffect,
  merge: mergeEffect,
  split: splitEffect,
  gate: gateEffect,
  retry: retryEffect,
  timeout: timeoutEffect,
  pool: poolEffect,
  priority: priorityEffect,
  fallback: fallbackEffect,
  circuit: circuitEffect,
  deadline: deadlineEffect,
  retain: retainEffect,
  sla: slaEffect,
  cadence: cadenceEffect,
  tag: tagEffect,
  notify: notifyEffect,
} as const satisfies { readonly [K in EffectKind]: EffectSpec<EffectOf<K>, z.ZodType> };

/** The form of each kind's arguments, as people write them. */
export type EffectFormSchemas = { readonly [K in EffectKind]: (typeof specs)[K]["form"] };

export type EffectSpecs = {
  readonly [K in EffectKind]: EffectSpec<EffectOf<K>, EffectFormSchemas[K]>;
};

/** Every kind of effect; leaving one out does not compile. */
export const effectSpecs: EffectSpecs = specs;

/** All kinds in the order in which they shape tasks. */
export const effectKinds: readonly EffectKind[] = Object.values(specs)
  .toSorted((left, right) => left.order - right.order)
  .map((spec) => spec.kind);
