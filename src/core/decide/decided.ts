import type { ModelSpec } from "../project/project.ts";
import type { ReferenceTree } from "../std/reference-tree.ts";
import type { Blueprint, DecisionRecord, Dependency } from "./blueprint.ts";
import type { DecideInput } from "./decide-input.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/** A blueprint with everything that it rests on. A value; deciding again starts from it. */
export interface Decided {
  readonly input: DecideInput;
  readonly blueprint: Blueprint;
  readonly record: DecisionRecord;
  readonly summary: TaskCounts;
  readonly workings: Workings;
}

/** Tasks of a blueprint by whether they will run. */
export interface TaskCounts {
  readonly active: number;
  readonly bypassed: number;
}

/** What explains a decision, and makes the next one cheap. Not part of any identity. */
export interface Workings {
  readonly context: CycleContext;
  /** By subject. */
  readonly nodes: ReadonlyMap<string, SubjectNode>;
  /** Each after the models that it reads. */
  readonly models: readonly ModelSpec[];
  /** Subjects that nothing asks for. */
  readonly idle: ReadonlySet<string>;
  /** Optional, and left out under pressure. */
  readonly spared: ReadonlySet<string>;
  /** The batch of a subject's load. */
  readonly batchOf: ReadonlyMap<string, string>;
  /** Tasks that a subject waits for because of its gates. */
  readonly gatedBy: ReadonlyMap<string, readonly Dependency[]>;
  readonly trees: DecisionTrees;
  /** What a revision goes back to; `null` for a decision that was made as a whole. */
  readonly revises: Revises | null;
}

/** The decision that another one revises. */
export interface Revises {
  readonly base: Decided;
  /** The subjects that were decided again; all others are pinned. In the order of decision. */
  readonly open: readonly string[];
}

/** The open changes of schema behind the hash of a record. */
export interface DriftTrees {
  readonly sources: ReferenceTree;
  readonly models: ReferenceTree;
  readonly negotiations: ReferenceTree;
}

/** The long lists behind the hashes of a record, by name of subject. */
export interface DecisionTrees {
  readonly sources: ReferenceTree;
  readonly models: ReferenceTree;
  readonly history: ReferenceTree;
  readonly drift: DriftTrees;
  readonly reads: ReferenceTree;
  readonly segments: ReferenceTree;
}
