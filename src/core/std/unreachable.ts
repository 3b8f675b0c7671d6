/** Proves to the compiler that every case is handled; reaching it at run time is a bug. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
