import { pressedResources, type Signal } from "../core/signals/signal.ts";
import { signalTypes } from "../core/signals/signal-types.ts";
import { readCycleNotes } from "./cycle-notes.ts";
import { type ValidProject, validProject } from "./load-project.ts";
import { notFound } from "./not-found.ts";
import type { Parts } from "./parts.ts";

/** What signals of a project may be about, by name. */
export interface SignalSubjects {
  /** Declared, and found by the last cycle. */
  readonly sources: readonly string[];
  readonly models: readonly string[];
  readonly connections: readonly string[];
}

/** Reads the project and what discovery found last. */
export async function signalSubjects(parts: Parts): Promise<SignalSubjects> {
  const loaded = validProject(await parts.loadProject());
  const path = parts.catalogPath(loaded.project.settings);
  await using catalog = await parts.catalogs.openReader(path);
  const { found } = await readCycleNotes(catalog);
  return subjectsOf(
    loaded,
    [...found.values()].flat().map(({ name }) => name),
  );
}

/** @param found names of sources that discovery found */
function subjectsOf({ project }: ValidProject, found: readonly string[]): SignalSubjects {
  const { sources, models, connections, expectedSources } = project;
  const names = new Set([...sources.map(({ name }) => name), ...expectedSources, ...found]);
  return {
    sources: [...names],
    models: models.map(({ name }) => name),
    connections: connections.map(({ name }) => name),
  };
}

/** @throws NOT_FOUND with the closest name when a signal is about nothing that is known */
export function requireKnownSubject(signal: Signal, known: SignalSubjects): void {
  const { subject } = signal;
  const kinds = {
    source: { what: "source", names: known.sources },
    subject: { what: "source or model", names: [...known.sources, ...known.models] },
    connection: { what: "connection", names: known.connections },
    resource: { what: "resource", names: [...pressedResources] as readonly string[] },
  };
  const { what, names } = kinds[signalTypes[signal.type].subject];
  if (!names.includes(subject)) throw notFound(what, subject, names);
}
