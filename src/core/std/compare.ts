/**
 * Orders strings by UTF-16 code unit: the order of RFC 8785, and the same on any machine.
 * `localeCompare` is neither, so nothing that is hashed or printed may be sorted by it.
 */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
