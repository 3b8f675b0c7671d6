import type { Verdict } from "../core/compatibility/assessment.ts";
import type {
  Negotiation,
  NegotiationResponse,
  NegotiationStatus,
} from "../core/routes/negotiation.ts";
import type { RouteKind } from "../core/routes/route.ts";
import type { SchemaChange } from "../core/schema/schema-change.ts";
import type { Hash } from "../core/std/hash.ts";
import type { EpochMs } from "../core/std/time.ts";

/** One step of a source's schema, with what became of the models that it reached. */
export interface DriftReport {
  readonly source: string;
  /** Version ids. */
  readonly from: Hash;
  readonly to: Hash;
  /** When the new shape was first seen. */
  readonly at: EpochMs;
  /** The run that saw it first; `null` while only planned. */
  readonly run: string | null;
  /** What had the new shape: a file's path, or empty for the source as a whole. */
  readonly origin: string;
  readonly changes: readonly SchemaChange[];
  /** One for each model that it reached, in name order; empty when nothing reads what changed. */
  readonly routes: readonly RoutedModel[];
}

/** Which way one model went, and why. */
export interface RoutedModel {
  readonly subject: string;
  readonly route: RouteKind;
  /** The rule (`set/id`) that chose it; `null` where nobody spoke. */
  readonly rule: string | null;
  /** 0 to 1. */
  readonly score: number;
  readonly gate: Verdict;
  /** What it touched, in words: columns with what a change does to them, and where it ended. */
  readonly touched: readonly string[];
}

/** A negotiation as it stands, with what can be answered. */
export type NegotiationReport = Negotiation & {
  readonly status: NegotiationStatus;
  /** What may be done now, each in one sentence. */
  readonly options: readonly string[];
};

/** An answer as a person gives it. */
export interface GivenAnswer {
  readonly answer: NegotiationResponse["answer"];
  /** `null` takes the route that was proposed; a counter-proposal names one. */
  readonly route: NegotiationResponse["route"];
  readonly by: string;
  readonly reason: string | null;
}

/** The part of a project that tells how its sources' schemas changed, and what is agreed on it. */
export interface DriftReader {
  /**
   * The steps of one source's schema, or of all, the oldest first.
   * @throws NOT_FOUND for a source that is not known
   */
  drifts(source?: string): Promise<readonly DriftReport[]>;
  /** All that were ever opened: those that are open first, then the newest first. */
  negotiations(): Promise<readonly NegotiationReport[]>;
  /** @throws NOT_FOUND unless exactly one negotiation's id begins so */
  negotiation(idOrPrefix: string): Promise<NegotiationReport>;
  /**
   * Answers; the models concerned are decided again in the next cycle.
   * @returns the negotiation with the answer
   * @throws NOT_FOUND, CATALOG_LOCKED; USAGE_INVALID for a counter-proposal without a route
   */
  respond(idOrPrefix: string, answer: GivenAnswer): Promise<NegotiationReport>;
}
