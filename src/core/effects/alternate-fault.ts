import type { SourceSpec } from "../project/project.ts";

/**
 * Why a source cannot be loaded from the place of another one; `null` when it can. Each load must
 * read all there is and put it in the place of what was there, or of the rows of its key: only then
 * nothing is lost and nothing doubled on the way there and back.
 */
export function alternateFault(spec: SourceSpec, from: SourceSpec): string | null {
  if (spec.name === from.name) return "a source cannot stand in for itself";
  if (spec.strategy !== "replace" && spec.strategy !== "merge") {
    return `strategy ${spec.strategy} goes on from what the source itself held`;
  }
  if (spec.strategy === "replace") return null;
  const cursored = [spec, from].find(({ locator }) => (locator["cursor"] ?? null) !== null);
  if (cursored === undefined) return null;
  return `${cursored.name} is read from its cursor on, which means nothing in another place`;
}
