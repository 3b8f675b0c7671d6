import type { NegotiationResponse, NegotiationStatus } from "../../core/routes/negotiation.ts";
import type { DefaultOutcome, Meanwhile } from "../../core/routes/route.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { printable } from "../text/printable.ts";
import { formatAgo, formatInstant } from "../text/quantity.ts";
import type { Colors } from "../text/style.ts";
import { routeWords } from "./route-words.ts";

/** The colour of how a negotiation stands. */
export function negotiationPaint(
  status: NegotiationStatus,
  colors: Colors,
): (text: string) => string {
  const paint = {
    open: colors.yellow,
    accepted: colors.green,
    rejected: colors.red,
    expired: colors.dim,
  };
  return paint[status];
}

/** How long is left, and what happens then. */
export function deadlineWords(
  deadline: EpochMs | null,
  otherwise: DefaultOutcome,
  now: EpochMs,
): string {
  if (deadline === null) return "until somebody answers, whenever that is";
  const outcome = otherwise === "accept" ? "it is accepted" : "it is rejected";
  return `until ${formatInstant(deadline)} (${formatAgo(deadline, now)}); without an answer by then ${outcome}`;
}

/** What readers of the models concerned do while nobody has answered. */
export function meanwhileWords(meanwhile: Meanwhile): string {
  return meanwhile === "last_good" ? "readers go on with the last good data" : "readers wait";
}

const verbs: Readonly<Record<NegotiationResponse["answer"], string>> = {
  accept: "accepted",
  reject: "rejected",
  counter: "answered with another route",
};

/** An answer with who gave it, when and why. */
export function responseWords(response: NegotiationResponse): string {
  const route = response.route === null ? "" : `: the model ${routeWords(response.route)}`;
  const reason = response.reason === null ? "" : ` ("${printable(response.reason)}")`;
  const by = printable(response.by);
  return `${verbs[response.answer]} by ${by} at ${formatInstant(response.at)}${route}${reason}`;
}
