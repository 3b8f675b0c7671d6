import type { Negotiation } from "../core/routes/negotiation.ts";
import { negotiationStatus } from "../core/routes/negotiation-status.ts";
import type { RouteKind } from "../core/routes/route.ts";
import { compareText } from "../core/std/compare.ts";
import { shortHash } from "../core/std/hash.ts";
import type { EpochMs } from "../core/std/time.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import { readDriftNotes, writeDriftNotes } from "./drift-notes.ts";
import type { GivenAnswer, NegotiationReport } from "./drift-report.ts";

/** All negotiations: those that are open first, then the newest first. */
export async function readNegotiations(
  catalog: CatalogReader | null,
  now: EpochMs,
): Promise<readonly NegotiationReport[]> {
  const { negotiations } = await readDriftNotes(catalog);
  const rank = ({ status }: NegotiationReport) => (status === "open" ? 0 : 1);
  return [...negotiations.values()]
    .map((negotiation) => reportOf(negotiation, now))
    .sort(
      (left, right) =>
        rank(left) - rank(right) ||
        right.openedAt - left.openedAt ||
        compareText(left.id, right.id),
    );
}

/** @throws NOT_FOUND unless exactly one negotiation's id begins so */
export async function readNegotiation(
  catalog: CatalogReader | null,
  idOrPrefix: string,
  now: EpochMs,
): Promise<NegotiationReport> {
  const { negotiations } = await readDriftNotes(catalog);
  return reportOf(namedNegotiation(negotiations, idOrPrefix), now);
}

/**
 * Adds an answer to a negotiation; the last one counts.
 * @throws NOT_FOUND; USAGE_INVALID for a counter-proposal without a route
 */
export async function answerNegotiation(
  catalog: Catalog,
  idOrPrefix: string,
  { given, at }: { readonly given: GivenAnswer; readonly at: EpochMs },
): Promise<NegotiationReport> {
  const { negotiations } = await readDriftNotes(catalog);
  const negotiation = namedNegotiation(negotiations, idOrPrefix);
  if (given.answer === "counter" && given.route === null) {
    throw new OperatingError("USAGE_INVALID", "A counter-proposal needs another route", {
      hint: "Name it: pass or adapt.",
    });
  }
  const route = given.answer === "reject" ? null : given.route;
  const answered = {
    ...negotiation,
    responses: [...negotiation.responses, { ...given, route, at }],
  };
  await writeDriftNotes(catalog, { negotiations: new Map([[answered.id, answered]]) });
  return reportOf(answered, at);
}

function namedNegotiation(
  negotiations: ReadonlyMap<string, Negotiation>,
  idOrPrefix: string,
): Negotiation {
  const wanted = idOrPrefix.toLowerCase();
  const found = [...negotiations.values()].filter(({ id }) => id.startsWith(wanted));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) {
    throw new OperatingError("NOT_FOUND", `There is no negotiation ${idOrPrefix}`, {
      hint: "See them all: sluice negotiate list",
    });
  }
  throw new OperatingError("NOT_FOUND", `${found.length} negotiations begin with ${idOrPrefix}`, {
    hint: `Write more of the id, such as ${shortHash(first.id)}.`,
  });
}

function reportOf(negotiation: Negotiation, now: EpochMs): NegotiationReport {
  return {
    ...negotiation,
    status: negotiationStatus(negotiation, now),
    options: optionsOf(negotiation),
  };
}

const outcomes: Readonly<Record<Extract<RouteKind, "pass" | "adapt">, string>> = {
  pass: "each model concerned reads the new shape",
  adapt: "each model concerned reads the old shape, through a view",
};

/** Answers may be given again as long as the change is there: the last one counts. */
function optionsOf({ id, proposed }: Negotiation): readonly string[] {
  const short = shortHash(id);
  const other = proposed === "pass" ? "adapt" : "pass";
  return [
    `sluice negotiate accept ${short}: ${outcomes[proposed]}.`,
    `sluice negotiate counter ${short} --route ${other}: ${outcomes[other]}.`,
    `sluice negotiate reject ${short}: the models concerned stay stopped, and data lands in raw.`,
  ];
}
