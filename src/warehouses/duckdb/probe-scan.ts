import type { Manifest } from "../../ports/staging.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { groupsOf, selectOf } from "./staged-scan.ts";

/**
 * The SELECT that reads columns as their files have them, as `c0`, `c1` and so on: as texts where
 * the files are text.
 */
export async function probeScan(
  session: Session,
  manifest: Manifest,
  columns: readonly StagedColumn[],
): Promise<{ readonly select: string; readonly readTypes: readonly string[] }> {
  const known = manifest.columns
    .filter(({ name }) => name !== manifest.fileColumn)
    .map(({ name }) => columns.find((one) => one.name === name) ?? { name, type: "VARCHAR" });
  const slice = { files: manifest.files, range: null };
  const groups = await groupsOf(session, manifest, known, { slice, isLenient: true });
  const readTypes = columns.map(({ name, isFile }) => {
    const types = groups.flatMap((group) => group.columns.get(name)?.type ?? []);
    const [first = "VARCHAR"] = isFile === true ? [] : types;
    return types.every((type) => type === first) ? first : "VARCHAR";
  });
  const selects = groups.map((group) => {
    const items = columns.map(({ name, isFile }, index) => {
      const value = isFile === true ? group.file : (group.columns.get(name)?.value ?? "NULL");
      return `CAST(${value} AS ${readTypes[index] ?? "VARCHAR"}) AS c${index}`;
    });
    return selectOf(group.from, items, group.where);
  });
  return { select: selects.join("\nUNION ALL\n"), readTypes };
}
