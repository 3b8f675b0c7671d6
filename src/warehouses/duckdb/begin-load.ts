import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { Claim } from "./claim-load.ts";
import type { Session } from "./duckdb-session.ts";
import { VersionKeeper } from "./keep-version.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { readRelation } from "./relation.ts";
import { validity } from "./shape-target.ts";

/** Keeps what stands before a load, where that is asked for. */
export async function keepBefore(
  session: Session,
  request: LoadRequest,
  { id, head, relation }: Claim,
): Promise<VersionKeeper | null> {
  const { target, source, strategy, manifest, keepVersions } = request;
  if (keepVersions <= 0) return null;
  const isInRows =
    strategy !== "replace" &&
    strategy === head?.strategy &&
    manifest.replaces.length * Number(strategy === "append") === 0;
  return VersionKeeper.begin(session, { target, load: id, head, relation, source }, isInRows);
}

/** The claim of a load whose strategy is another than that of the loads before. */
export async function beginStrategy(
  session: Session,
  request: LoadRequest,
  claim: Claim,
): Promise<Claim> {
  const before = claim.head?.strategy;
  const { strategy, target, manifest } = request;
  if (before === undefined || before === strategy || claim.relation?.kind !== "table") return claim;
  if (strategy === "append") return beginAppending(session, request, claim);
  if (strategy === "history") return beginHistory(session, request, claim);
  if (strategy === "partition" && manifest.scope === "full") {
    // All partitions come, and with them the table.
    await session.run(`DROP TABLE ${quoteTable(target)}`);
    return { ...claim, relation: null };
  }
  if (strategy !== "replace" && before === "history") throw otherStrategy(request, before);
  return claim;
}

function otherStrategy({ target, source, strategy }: LoadRequest, before: string): OperatingError {
  return new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `${tableText(target)} was loaded with strategy ${before}, and ${source} cannot go on with ${strategy}`,
    { hint: `Load it once with strategy replace, and then ${strategy}.` },
  );
}

/**
 * The claim of a source that begins to append. What it reads at first is all that it holds, which a
 * table that was replaced holds already: that table is dropped, or every row would be there twice.
 * @throws SCHEMA_INCOMPATIBLE for a merged table, which may hold what the source no longer has
 */
async function beginAppending(
  session: Session,
  request: LoadRequest,
  claim: Claim,
): Promise<Claim> {
  const { source, target, manifest, cursorBefore } = request;
  const isWhole = manifest.scope === "full" && manifest.cursor !== null && cursorBefore === null;
  const before = claim.head?.strategy;
  if (!isWhole) {
    if (before === "history") throw otherStrategy(request, before);
    return claim;
  }
  if (before !== "replace") {
    throw new OperatingError(
      "SCHEMA_INCOMPATIBLE",
      `${tableText(target)} was loaded with strategy ${before}; appending all of ${source} would double its rows`,
      { hint: "Load it once with strategy replace, and then append." },
    );
  }
  await session.run(`DROP TABLE ${quoteTable(target)}`);
  return { ...claim, relation: null };
}

/**
 * The claim of a source whose versions are kept from now on: the rows that the table has are the
 * first versions of their keys, from when they were loaded.
 * @throws SCHEMA_INCOMPATIBLE when rows cannot be told by the key
 */
async function beginHistory(session: Session, request: LoadRequest, claim: Claim): Promise<Claim> {
  const { target, key } = request;
  const table = quoteTable(target);
  const columns = claim.relation?.columns ?? [];
  const has = (name: string) =>
    columns.some((one) => one.name.toLowerCase() === name.toLowerCase());
  const names = key.map(quoteName).join(", ");
  const isKeyed = key.length > 0 && key.every(has);
  const unfit = isKeyed
    ? await session.count(
        `SELECT count(*) FROM (SELECT count(*) AS n, ${names} FROM ${table} GROUP BY ${names})
         WHERE n > 1 OR ${key.map((name) => `${quoteName(name)} IS NULL`).join(" OR ")}`,
      )
    : 1;
  if (unfit > 0) throw otherStrategy(request, claim.head?.strategy ?? "");
  const since = `(SELECT epoch_ms(committed_at) FROM _sluice.loads WHERE id = ${literal(claim.head?.stands ?? "")})`;
  const [from, to, isCurrent] = [
    has("_loaded_at") ? `coalesce(_loaded_at, ${since})` : since,
    "CAST(NULL AS TIMESTAMP)",
    "true",
  ];
  const own = [from, to, isCurrent].map((value, at) => `${value} AS ${validity[at]?.name ?? ""}`);
  await session.run(
    `CREATE OR REPLACE TABLE ${table} AS SELECT *, ${own.join(", ")} FROM ${table}`,
  );
  return { ...claim, relation: await readRelation(session, target) };
}
