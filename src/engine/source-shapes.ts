import type { SourceDrift } from "../core/decide/drift-input.ts";
import type { TableShape } from "../core/lineage/query-lineage.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { IdentifiedProfile } from "../core/metadata/snapshot.ts";
import type { ModelSpec, SourceSpec } from "../core/project/project.ts";
import { presumeText } from "../core/schema/presume-text.ts";
import type { Column } from "../core/schema/table-schema.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { compareText } from "../core/std/compare.ts";
import type { CommittedOutput } from "../ports/warehouse.ts";
import { rawTable } from "./task-context.ts";

/** What is known of the shapes of sources. */
export interface KnownShapes {
  /** Of those that drifted. */
  readonly sources: ReadonlyMap<string, SourceDrift>;
  /** By name. */
  readonly specs: ReadonlyMap<string, SourceSpec>;
  readonly profiles: ReadonlyMap<string, IdentifiedProfile>;
  /** By `schema.name`. */
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
}

/**
 * The sources that models read, with the columns that they have and had.
 * @param first whose types count where a column has changed its own
 */
export function shapesMadeFor(
  models: readonly ModelSpec[],
  known: KnownShapes,
  first: "earlier" | "later" = "earlier",
): ReadonlyMap<string, readonly Column[]> {
  return shapesOf(models, known, ({ drift, now, loaded }) => {
    const older = Object.values(drift?.open ?? {}).flatMap(({ version }) => version.columns);
    return joined(first === "earlier" ? [older, now, loaded] : [now, older, loaded]);
  });
}

/** The same sources with the columns that they have now. */
export function newShapes(models: readonly ModelSpec[], known: KnownShapes): readonly TableShape[] {
  const shapes = shapesOf(models, known, ({ drift, now, loaded }) =>
    joined(drift === null ? [now, loaded] : [now]),
  );
  return [...shapes].map(([source, columns]) => ({ table: rawTable(source), columns }));
}

/**
 * The ways in which the tables of these sources may look when models run: as the sources are now, as
 * they were loaded, and with the columns of both. Mostly they are one.
 */
export function possibleShapes(
  models: readonly ModelSpec[],
  known: KnownShapes,
): readonly ReadonlyMap<string, readonly Column[]>[] {
  const ways = [
    shapesOf(models, known, ({ now, loaded }) => joined([now.length === 0 ? loaded : now])),
    shapesOf(models, known, ({ now, loaded }) => joined([loaded.length === 0 ? now : loaded])),
    shapesOf(models, known, ({ now, loaded }) => joined([now, loaded])),
  ];
  const distinct = new Map(ways.map((shapes) => [JSON.stringify([...shapes]), shapes]));
  return [...distinct.values()];
}

/** What is known of the columns of one source. */
interface SeenColumns {
  readonly drift: SourceDrift | null;
  readonly now: readonly Column[];
  readonly loaded: readonly Column[];
}

function shapesOf(
  models: readonly ModelSpec[],
  { sources, specs, profiles, outputs }: KnownShapes,
  choose: (seen: SeenColumns) => readonly Column[],
): ReadonlyMap<string, readonly Column[]> {
  const shapes = new Map<string, readonly Column[]>();
  const own = new Set(models.map(({ name }) => name));
  const read = models.flatMap(({ inputs }) => inputs.map(({ subject }) => subject));
  for (const source of [...new Set(read)].filter((name) => !own.has(name)).sort(compareText)) {
    const loaded = outputs.get(tableText(rawTable(source)))?.columns ?? [];
    const drift = sources.get(source) ?? null;
    const now = drift?.latest.columns ?? profiles.get(source)?.profile.schema?.columns ?? [];
    const columns = choose({ drift, now, loaded });
    if (columns.length === 0) continue;
    const kind = profiles.get(source)?.profile.kind ?? null;
    shapes.set(source, joined([columns, markersOf(specs.get(source), kind)]));
  }
  return shapes;
}

/** What a load adds to each row of a table that several loads share. */
function markersOf(spec: SourceSpec | undefined, kind: Profile["kind"] | null): readonly Column[] {
  if (spec === undefined || spec.strategy === "replace") return [];
  const markers = [
    { name: "_load_id", type: "VARCHAR", nullable: true },
    { name: "_loaded_at", type: "TIMESTAMP", nullable: true },
  ];
  if (spec.strategy === "history") {
    markers.push(
      { name: "_valid_from", type: "TIMESTAMP", nullable: true },
      { name: "_valid_to", type: "TIMESTAMP", nullable: true },
      { name: "_is_current", type: "BOOLEAN", nullable: true },
    );
  }
  const isOfFiles = kind === "file" && spec.strategy === "append";
  return isOfFiles ? [...markers, { name: "_file", type: "VARCHAR", nullable: true }] : markers;
}

/** Each column once, as it is first named. */
function joined(lists: readonly (readonly Column[])[]): readonly Column[] {
  const columns = new Map<string, Column>();
  for (const { name, type, nullable } of lists.flat()) {
    const key = name.toLowerCase();
    if (!columns.has(key)) columns.set(key, { name, type: presumeText(type), nullable });
  }
  return [...columns.values()];
}
