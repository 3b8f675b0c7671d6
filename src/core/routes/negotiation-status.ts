import { type Hash, hashOf } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { Negotiation, NegotiationResponse, NegotiationStatus } from "./negotiation.ts";
import type { RouteKind } from "./route.ts";

/** Identity of what is negotiated: this source becoming that version. */
export function negotiationId(source: string, to: Hash): Hash {
  return hashOf({ negotiates: source, to });
}

/** The answer that counts; `null` while there is none. */
function answerOf({ responses }: Pick<Negotiation, "responses">): NegotiationResponse | null {
  return responses.at(-1) ?? null;
}

/**
 * How a negotiation stands. A counter-proposal is an answer too: its route is taken. Once the
 * deadline has passed without an answer, the default outcome holds (`expired`).
 */
export function negotiationStatus(negotiation: Negotiation, now: EpochMs): NegotiationStatus {
  const answer = answerOf(negotiation);
  if (answer !== null) return answer.answer === "reject" ? "rejected" : "accepted";
  const { deadline } = negotiation;
  return deadline !== null && now >= deadline ? "expired" : "open";
}

/** The route that a negotiation gives its models now: `negotiate` while it is open. */
export function negotiatedRoute(negotiation: Negotiation, now: EpochMs): RouteKind {
  const answer = answerOf(negotiation);
  const { proposed, otherwise } = negotiation;
  switch (negotiationStatus(negotiation, now)) {
    case "open":
      return "negotiate";
    case "accepted":
      return answer?.route ?? proposed;
    case "rejected":
      return "isolate";
    case "expired":
      return otherwise === "accept" ? proposed : "isolate";
  }
}
