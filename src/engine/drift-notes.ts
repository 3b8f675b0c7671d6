import { z } from "zod";
import { verdicts } from "../core/compatibility/assessment.ts";
import type { ModelLags } from "../core/decide/next-lags.ts";
import {
  lagSchema,
  negotiationSchema,
  schemaChangeSchema,
  schemaVersionSchema,
} from "../core/decide/stored-drift-schemas.ts";
import type { Negotiation } from "../core/routes/negotiation.ts";
import { routeKinds } from "../core/routes/route.ts";
import type { Drift, SchemaHistory } from "../core/schema/schema-history.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import type { RoutedModel } from "./drift-report.ts";
import { understood } from "./understood-notes.ts";

/**
 * What is remembered of shapes: unlike other notes it is no cache, and it is written before the run
 * that rests on it begins.
 */
export interface DriftNotes {
  /** By source. */
  readonly histories: ReadonlyMap<string, SchemaHistory>;
  /** By model: where it stays behind. */
  readonly lags: ReadonlyMap<string, ModelLags>;
  /** By id. */
  readonly negotiations: ReadonlyMap<string, Negotiation>;
  /** By drift id: the routes that were taken. */
  readonly routes: ReadonlyMap<string, readonly RoutedModel[]>;
}

const driftSchema = z.strictObject({
  id: z.string(),
  source: z.string(),
  from: z.string(),
  to: z.string(),
  at: z.number(),
  run: z.string().nullable(),
  origin: z.string(),
  changes: z.array(schemaChangeSchema),
}) satisfies z.ZodType<Drift>;

const historySchema: z.ZodType<SchemaHistory> = z.strictObject({
  source: z.string(),
  versions: z
    .array(
      z.strictObject({
        version: schemaVersionSchema,
        at: z.number(),
        run: z.string().nullable(),
      }),
    )
    .min(1),
  drifts: z.array(driftSchema),
});

const routeSchema: z.ZodType<RoutedModel> = z.strictObject({
  subject: z.string(),
  route: z.enum(routeKinds),
  rule: z.string().nullable(),
  score: z.number(),
  gate: z.enum(verdicts),
  touched: z.array(z.string()),
});

const kinds = {
  history: "schema-history",
  lag: "schema-lag",
  negotiation: "negotiation",
  routes: "drift-routes",
} as const;

/** Reads the notes; without a catalog there are none. */
export async function readDriftNotes(catalog: CatalogReader | null): Promise<DriftNotes> {
  if (catalog === null) {
    return {
      histories: new Map(),
      lags: new Map(),
      negotiations: new Map(),
      routes: new Map(),
    };
  }
  const [histories, lags, negotiations, routes] = await Promise.all([
    catalog.notes(kinds.history),
    catalog.notes(kinds.lag),
    catalog.notes(kinds.negotiation),
    catalog.notes(kinds.routes),
  ]);
  return {
    histories: understood(historySchema, histories),
    lags: understood(z.record(z.string(), lagSchema), lags),
    negotiations: understood(negotiationSchema, negotiations),
    routes: understood(z.array(routeSchema), routes),
  };
}

/**
 * Writes what changed. Histories come last: should the process end between, the next cycle finds
 * the same drift again.
 */
export async function writeDriftNotes(
  catalog: Catalog,
  notes: { readonly [K in keyof DriftNotes]?: DriftNotes[K] },
): Promise<void> {
  await put(catalog, kinds.lag, notes.lags);
  await put(catalog, kinds.negotiation, notes.negotiations);
  await put(catalog, kinds.routes, notes.routes);
  await put(catalog, kinds.history, notes.histories);
}

async function put(
  catalog: Catalog,
  kind: string,
  notes: ReadonlyMap<string, unknown> | undefined,
): Promise<void> {
  if (notes === undefined || notes.size === 0) return;
  const json = new Map<string, Json>([...notes].map(([name, note]) => [name, toJson(note)]));
  await catalog.putNotes(kind, json);
}
