import type { Verdict } from "../compatibility/assessment.ts";
import type { EvidenceTier } from "../compatibility/evidence.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { DefaultOutcome, Meanwhile, RouteKind } from "./route.ts";

/** A model that a proposed change of a source would touch. */
export interface AffectedModel {
  readonly model: string;
  readonly owner: string | null;
  readonly tier: number;
  readonly gate: Verdict;
  readonly score: number;
  readonly evidence: EvidenceTier;
}

/** An answer to a proposal. */
export interface NegotiationResponse {
  readonly answer: "accept" | "reject" | "counter";
  /** The route that the models take; `null` where they stay as they are. */
  readonly route: Extract<RouteKind, "pass" | "adapt"> | null;
  readonly by: string;
  readonly at: EpochMs;
  readonly reason: string | null;
}

/** A change of a source's schema that waits for an answer, or has one. */
export interface Negotiation {
  /** Hash of source, from and to. */
  readonly id: Hash;
  readonly source: string;
  /** Version ids. */
  readonly from: Hash;
  readonly to: Hash;
  /** The exact change of the contract. */
  readonly changes: readonly SchemaChange[];
  /** In name order. */
  readonly affected: readonly AffectedModel[];
  /** What accepting does unless it says otherwise. */
  readonly proposed: Extract<RouteKind, "pass" | "adapt">;
  readonly meanwhile: Meanwhile;
  readonly openedAt: EpochMs;
  /** `null`: it waits for ever. */
  readonly deadline: EpochMs | null;
  readonly otherwise: DefaultOutcome;
  /** The rule that asked for it. */
  readonly by: string;
  /** Oldest first; the last counts. */
  readonly responses: readonly NegotiationResponse[];
}

/** How a negotiation stands at an instant. */
export type NegotiationStatus = "open" | "accepted" | "rejected" | "expired";
