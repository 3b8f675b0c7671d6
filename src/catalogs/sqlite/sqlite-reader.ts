import { type Kysely, type Selectable, sql } from "kysely";
import type { RunEvent } from "../../core/run/run-event.ts";
import { compareText } from "../../core/std/compare.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { CatalogReader, RunSummary, StoredEvent } from "../../ports/catalog.ts";
import type { StoredSignal } from "../../ports/signal-inbox.ts";
import type { CatalogTables } from "./catalog-tables.ts";
import { toCatalogError } from "./sqlite-errors.ts";

/** Ids in one question: enough to make its cost small, few enough to keep its answer small. */
const idsAtOnce = 5_000;

/** After every text that begins as another does, as SQLite compares: by bytes of UTF-8. */
const afterAll = "\u{10ffff}";

/** Reads a catalog through an open connection, which it closes. */
export class SqliteReader implements CatalogReader {
  protected readonly queries: Kysely<CatalogTables>;
  protected readonly path: string;

  constructor(queries: Kysely<CatalogTables>, path: string) {
    this.queries = queries;
    this.path = path;
  }

  objects(ids: readonly Hash[]): Promise<ReadonlyMap<Hash, Json>> {
    return this.guarded(async () => {
      const found = new Map<Hash, Json>();
      for (const some of slicesOf([...new Set(ids)], idsAtOnce)) {
        const rows = await this.queries
          .selectFrom("objects")
          .select(["id", "value"])
          .where("id", "in", idList(some))
          .execute();
        for (const { id, value } of rows) found.set(id, jsonOf(value));
      }
      return found;
    });
  }

  runs(limit: number): Promise<readonly RunSummary[]> {
    return this.guarded(async () => {
      const rows = await this.queries
        .selectFrom("runs")
        .selectAll()
        .orderBy("started_at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(summaryOf);
    });
  }

  run(idOrPrefix: string): Promise<RunSummary | null> {
    return this.guarded(async () => {
      const rows = await this.queries
        .selectFrom("runs")
        .selectAll()
        .where("id", ">=", idOrPrefix)
        .where("id", "<", idOrPrefix + afterAll)
        .orderBy("id")
        .limit(2)
        .execute();
      const [first, second] = rows.map(summaryOf);
      if (first === undefined) return null;
      return second === undefined || first.id === idOrPrefix ? first : null;
    });
  }

  idsByPrefix(prefix: string, limit: number): Promise<readonly Hash[]> {
    return this.guarded(async () => {
      const rows = await this.queries
        .selectFrom("objects")
        .select("id")
        .where("id", ">=", prefix)
        .where("id", "<", prefix + afterAll)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    });
  }

  events(run: string): Promise<readonly StoredEvent[]> {
    return this.guarded(async () => {
      const rows = await this.queries
        .selectFrom("run_events")
        .select(["seq", "event"])
        .where("run", "=", run)
        .orderBy("seq")
        .execute();
      return rows.map(({ seq, event }) => ({ seq, event: eventOf(event) }));
    });
  }

  notes(kind: string): Promise<ReadonlyMap<string, Json>> {
    return this.guarded(async () => {
      const rows = await this.queries
        .selectFrom("notes")
        .select(["name", "value"])
        .where("kind", "=", kind)
        .execute();
      const notes = rows.map(({ name, value }) => [name, jsonOf(value)] as const);
      return new Map(notes.sort(([left], [right]) => compareText(left, right)));
    });
  }

  signals(
    options: { readonly after?: number; readonly isPending?: boolean } = {},
  ): Promise<readonly StoredSignal[]> {
    return this.guarded(async () => {
      const all = this.queries
        .selectFrom("signals")
        .selectAll()
        .where("seq", ">", options.after ?? 0)
        .orderBy("seq");
      const pending = all.where("taken_by", "is", null);
      const rows = await (options.isPending === true ? pending : all).execute();
      return rows.map(storedSignal);
    });
  }

  changes(): Promise<number> {
    return this.guarded(async () => {
      const { rows } = await sql<{ readonly data_version: number }>`PRAGMA data_version`.execute(
        this.queries,
      );
      return rows[0]?.data_version ?? 0;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queries.destroy();
  }

  /** Says in the catalog's words what SQLite says in its own. */
  protected async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toCatalogError(error, this.path);
    }
  }
}

/** A list as one value: the number of values in a statement is limited, the length of one is not. */
export function idList(ids: readonly string[]) {
  return sql<string>`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

export function slicesOf<T>(entries: readonly T[], size: number): readonly (readonly T[])[] {
  const slices: T[][] = [];
  for (let at = 0; at < entries.length; at += size) slices.push(entries.slice(at, at + size));
  return slices;
}

function summaryOf(row: CatalogTables["runs"]): RunSummary {
  const { id, started_at, finished_at, status, blueprint, decision } = row;
  return { id, startedAt: started_at, finishedAt: finished_at, status, blueprint, decision };
}

function storedSignal(row: Selectable<CatalogTables["signals"]>): StoredSignal {
  const { seq, source, id, event, received_at, taken_by } = row;
  return { seq, source, id, event: jsonOf(event), receivedAt: received_at, takenBy: taken_by };
}

function jsonOf(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

function eventOf(text: string): RunEvent {
  const event: RunEvent = JSON.parse(text);
  return event;
}
