import type { Hash } from "../std/hash.ts";
import { identityOfColumns } from "./content-parts.ts";
import { columnsReadOf, type ModelReads } from "./model-reads.ts";
import { type Arrival, nothing, type Output, type SubjectNode } from "./subject-node.ts";

/** The nodes that were decided before: all inputs of a model come before it. */
export type NodesBefore = ReadonlyMap<string, SubjectNode>;

/** What an input will be by the time its reader could run; a subject that left the scope is absent. */
export function outputOf(nodes: NodesBefore, subject: string): Output {
  return nodes.get(subject)?.output ?? nothing;
}

/** How an input arrives, whatever of it is read. */
export type Way = Omit<Arrival, "seen" | "isOnTrial">;

/** Identity of what a model reads of one input, where that is known to be less than all of it. */
export function seenOf(
  { subject, state, fingerprint }: Way,
  nodes: NodesBefore,
  reads: ModelReads | null,
): Hash | null {
  if (fingerprint === null || state === "empty") return null;
  return identityOfColumns(outputOf(nodes, subject).parts, columnsReadOf(reads?.all, subject));
}
