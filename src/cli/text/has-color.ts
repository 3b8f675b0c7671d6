/**
 * Whether a stream is coloured: a flag decides, then NO_COLOR, then FORCE_COLOR, then whether a
 * terminal that can do it is there.
 */
export function hasColor(
  stream: { readonly isTTY?: boolean },
  flag: boolean | null,
  variables: Readonly<Record<string, string | undefined>>,
): boolean {
  if (flag !== null) return flag;
  if ((variables["NO_COLOR"] ?? "") !== "") return false;
  const forced = variables["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return stream.isTTY === true && variables["TERM"] !== "dumb";
}
