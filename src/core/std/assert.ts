/** States what must hold. A failure is a bug in Sluice, never a user's error: it is not caught to continue. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${claim}`);
}

/** Returns `value`, which the caller knows to be there; its absence is a bug. */
export function present<T>(value: T | null | undefined, claim: string): T {
  assert(value !== null && value !== undefined, claim);
  return value;
}
