import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";

/**
 * Keeps a source that failed to give all it has from emptying its table.
 * @throws DELETES_REFUSED
 */
export function refuseVanishing(
  { source, target, loading }: Pick<LoadRequest, "source" | "target" | "loading">,
  { vanishing, keys }: { readonly vanishing: number; readonly keys: number },
): void {
  const { deletes } = loading;
  if (deletes?.by !== "comparison" || keys === 0 || vanishing / keys <= deletes.maxShare) return;
  const share = Math.round((vanishing / keys) * 1_000) / 10;
  throw new OperatingError(
    "DELETES_REFUSED",
    `${vanishing} of the ${keys} keys of ${tableText(target)} (${share} %) are not in ${source} any more; at most ${deletes.maxShare * 100} % may go at once`,
    {
      hint: "Nothing was changed. If they are gone for good, raise deletes.max_share for one load.",
    },
  );
}
