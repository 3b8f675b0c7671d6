import { z } from "zod";
import type { LoadedSource, LoadFault } from "../../core/project/connector-schemas.ts";
import type { JsonObject } from "../../core/std/json.ts";

/** What decides how a table can be read and loaded; patterns have it, too. */
const readingSchema = z.object({
  cursor: z.string().nullable(),
  lag: z.number(),
  columns: z.array(z.string()).nullable().default(null),
});

type Reading = z.output<typeof readingSchema>;

/** Why a table cannot be loaded so: it would double or lose rows, or something has no effect. */
export function loadFault(source: LoadedSource, own: JsonObject): LoadFault | null {
  const { strategy, loading } = source;
  const reading = readingSchema.parse(own);
  if (strategy === "append") return appendFault(reading);
  if (strategy === "partition" && reading.cursor !== null && source.key.length === 0) {
    return {
      key: "strategy",
      detail:
        "strategy partition with a cursor needs a key: a row that moved to another partition " +
        "would stay in the one that it left, too.",
      fix: "Name the columns that identify a row as key, or leave the cursor out.",
    };
  }
  if (loading?.deletes?.by === "comparison" && reading.cursor !== null) {
    return {
      key: "deletes",
      detail: "with a cursor only what changed is read, so what is absent says nothing.",
      fix: "Leave the cursor out, or use deletes: { by: column, … }.",
    };
  }
  return lookBackFault(source, reading) ?? columnFault(source, reading);
}

function appendFault({ cursor, lag }: Reading): LoadFault | null {
  if (cursor === null) {
    return {
      key: "strategy",
      detail: "strategy append without a cursor would load every row again each time.",
      fix: "Name a column that grows as cursor, or use strategy: replace.",
    };
  }
  if (cursor !== "xmin" && lag === 0) return null;
  return {
    key: "strategy",
    detail: `strategy append cannot go with ${lag > 0 ? "lag" : "cursor: xmin"}, which reads rows twice.`,
    fix: "Use strategy: merge with a key.",
  };
}

function lookBackFault({ loading }: LoadedSource, { cursor, lag }: Reading): LoadFault | null {
  if (loading === undefined || loading.lookBack === null) return null;
  const fix = "Remove look_back.";
  if (cursor === null) {
    return { key: "look_back", detail: "without a cursor everything is read each time.", fix };
  }
  if (cursor === "xmin") {
    return { key: "look_back", detail: "cursor: xmin sees rows that commit late by itself.", fix };
  }
  if (lag === 0) return null;
  return {
    key: "look_back",
    detail: "lag and look_back say the same twice.",
    fix: "Remove lag: look_back says it for numbers, too.",
  };
}

/** Columns that the load needs must be among those that are read. */
function columnFault({ key, loading }: LoadedSource, { columns }: Reading): LoadFault | null {
  if (columns === null || loading === undefined) return null;
  const { partitionBy, eventTime, deletes } = loading;
  const needed = [
    ...partitionBy.map((name) => ["partition_by", name] as const),
    ...(eventTime === null ? [] : [["event_time", eventTime] as const]),
    ...(deletes?.by === "column" ? [["deletes", deletes.column] as const] : []),
    ...key.map((name) => ["key", name] as const),
  ];
  const read = new Set(columns.map((name) => name.toLowerCase()));
  const missing = needed.find(([, name]) => !read.has(name.toLowerCase()));
  if (missing === undefined) return null;
  const [attribute, name] = missing;
  return {
    key: attribute,
    detail: `\`${attribute}\` names the column ${name}, which \`columns\` leaves out.`,
    fix: `Add ${name} to columns.`,
  };
}
