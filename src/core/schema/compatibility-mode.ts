/**
 * Which later versions of a schema are allowed: `backward` compares with the last version,
 * `backward_transitive` with all of them; `none` allows everything.
 */
export const compatibilityModes = [
  "backward",
  "backward_transitive",
  "forward",
  "forward_transitive",
  "full",
  "full_transitive",
  "none",
] as const;

export type CompatibilityMode = (typeof compatibilityModes)[number];
