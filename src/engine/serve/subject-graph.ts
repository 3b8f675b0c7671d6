import type { ModelSpec, SourceSpec } from "../../core/project/project.ts";

/** Who reads whom in a project, by what is declared. */
export interface SubjectGraph {
  readonly subjects: ReadonlySet<string>;
  /** By connection. */
  readonly sourcesOf: ReadonlyMap<string, readonly string[]>;
  /** These and all that read them, directly or not; `null` asks for all there are. */
  withReaders(subjects: ReadonlySet<string> | null): ReadonlySet<string>;
  /** A subject and all that it reads, directly or not. */
  withInputs(subject: string): ReadonlySet<string>;
}

export function subjectGraph(
  sources: Iterable<Pick<SourceSpec, "name" | "connection">>,
  models: Iterable<Pick<ModelSpec, "name" | "inputs">>,
): SubjectGraph {
  const subjects = new Set<string>();
  const sourcesOf = new Map<string, string[]>();
  const inputs = new Map<string, readonly string[]>();
  const readers = new Map<string, string[]>();
  for (const { name, connection } of sources) {
    subjects.add(name);
    sourcesOf.set(connection, [...(sourcesOf.get(connection) ?? []), name]);
  }
  for (const { name, inputs: read } of models) {
    subjects.add(name);
    inputs.set(
      name,
      read.map(({ subject }) => subject),
    );
    for (const { subject } of read) readers.set(subject, [...(readers.get(subject) ?? []), name]);
  }
  return {
    subjects,
    sourcesOf,
    withReaders: (wanted) => (wanted === null ? subjects : reached(wanted, readers)),
    withInputs: (subject) => reached([subject], inputs),
  };
}

function reached(
  from: Iterable<string>,
  edges: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set(from);
  // A set gives what is added while it is walked, so this reaches all there is.
  for (const subject of found) for (const next of edges.get(subject) ?? []) found.add(next);
  return found;
}
