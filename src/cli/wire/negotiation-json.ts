import type { NegotiationResponse } from "../../core/routes/negotiation.ts";
import { type ChangeJson, changeJson } from "../../core/schema/change-json.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { NegotiationReport } from "../../engine/drift-report.ts";
import { isoInstant } from "../text/quantity.ts";

/** One negotiation in what `sluice negotiate … --json` prints. */
export interface NegotiationJson
  extends Omit<NegotiationReport, "changes" | "openedAt" | "deadline" | "responses"> {
  readonly changes: readonly ChangeJson[];
  readonly openedAt: string;
  /** `null`: it waits for ever. */
  readonly deadline: string | null;
  readonly responses: readonly (Omit<NegotiationResponse, "at"> & { readonly at: string })[];
}

/** The JSON form of a negotiation. */
export function negotiationJson(report: NegotiationReport): NegotiationJson {
  const { changes, openedAt, deadline, responses, ...rest } = report;
  return {
    ...rest,
    changes: changes.map((change) => changeJson(change)),
    openedAt: isoInstant(openedAt),
    deadline: instant(deadline),
    responses: responses.map((response) => ({ ...response, at: isoInstant(response.at) })),
  };
}

function instant(at: EpochMs | null): string | null {
  return at === null ? null : isoInstant(at);
}
