import { type Kysely, sql } from "kysely";
import type { RunStatus } from "../../core/run/run-event.ts";
import { assert } from "../../core/std/assert.ts";
import type { Json } from "../../core/std/json.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type {
  Catalog,
  CatalogRemoval,
  CatalogRetention,
  RunSummary,
  StoredEvent,
  StoredObject,
} from "../../ports/catalog.ts";
import type { CatalogTables } from "./catalog-tables.ts";
import { pruneCatalog } from "./prune-catalog.ts";
import { idList, SqliteReader, slicesOf } from "./sqlite-reader.ts";
import { WriteQueue } from "./write-queue.ts";

/** Writes a catalog through an open connection, which it closes; `closed` is called last. */
export class SqliteWriter extends SqliteReader implements Catalog {
  readonly epoch: number;
  readonly #queue: WriteQueue<Write>;
  readonly #closed: () => void;
  /** Durable events by run, as far as they are known: nobody else writes. */
  readonly #lengths = new Map<string, number>();
  /** While objects are removed: those that somebody has asked to be stored since it began. */
  #relied: Set<string> | null = null;

  constructor(queries: Kysely<CatalogTables>, path: string, tenure: Tenure) {
    super(queries, path);
    this.epoch = tenure.epoch;
    this.#queue = new WriteQueue((writes) => this.#commit(writes));
    this.#closed = tenure.closed;
  }

  putObjects(objects: Iterable<StoredObject>): Promise<void> {
    return this.guarded(async () => {
      const chunks: string[] = [];
      const all = [...objects];
      // Before it is asked what is there: from now on it stays.
      for (const { id } of all) this.#relied?.add(id);
      for (const some of slicesOf(all, objectsAtOnce)) {
        const stored = await this.#stored(some);
        const missing = some.filter(({ id }) => !stored.has(id));
        if (missing.length > 0) chunks.push(pairsOf(missing.map(({ id, value }) => [id, value])));
      }
      if (chunks.length > 0) await this.#queue.add({ kind: "objects", chunks });
    });
  }

  putNotes(kind: string, notes: ReadonlyMap<string, Json>): Promise<void> {
    return this.guarded(async () => {
      if (notes.size > 0) await this.#queue.add({ kind: "notes", of: kind, pairs: pairsOf(notes) });
    });
  }

  createRun(run: RunSummary): Promise<void> {
    return this.guarded(() => this.#queue.add({ kind: "createRun", run }));
  }

  append(run: string, events: readonly StoredEvent[]): Promise<void> {
    return this.guarded(async () => {
      if (events.length > 0) await this.#queue.add({ kind: "append", run, events });
    });
  }

  finishRun(run: string, status: RunStatus, finishedAt: EpochMs): Promise<void> {
    return this.guarded(() => this.#queue.add({ kind: "finishRun", run, status, finishedAt }));
  }

  takeSignals(seqs: readonly number[], by: string, at: EpochMs): Promise<void> {
    return this.guarded(async () => {
      if (seqs.length > 0) await this.#queue.add({ kind: "takeSignals", seqs, by, at });
    });
  }

  prune(retention: CatalogRetention): Promise<CatalogRemoval> {
    const relied = new Set<string>();
    this.#relied = relied;
    const transact = (work: (db: Kysely<CatalogTables>) => Promise<void>) =>
      this.queries.transaction().execute(async (db) => {
        await this.#refuseFormer(db);
        await work(db);
      });
    return this.guarded(async () => {
      try {
        return await pruneCatalog({ db: this.queries, transact, relied: () => relied }, retention);
      } finally {
        this.#relied = null;
      }
    });
  }

  forgetSignals(seqs: readonly number[]): Promise<void> {
    return this.guarded(async () => {
      if (seqs.length > 0) await this.#queue.add({ kind: "forgetSignals", seqs });
    });
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.settled();
    try {
      await this.guarded(async () => {
        // Moves the log into the file, as far as no reader is in the way; so the file can be copied.
        await sql`PRAGMA busy_timeout = 0`.execute(this.queries);
        await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(this.queries);
      });
    } finally {
      try {
        await super[Symbol.asyncDispose]();
      } finally {
        this.#closed();
      }
    }
  }

  /**
   * The lock keeps other writers out; this holds also where a lock was lost, such as on a disk of
   * the network or when someone removed its file.
   */
  async #refuseFormer(db: Kysely<CatalogTables>): Promise<void> {
    const { value } = await db.selectFrom("epoch").select("value").executeTakeFirstOrThrow();
    if (value === this.epoch) return;
    throw new OperatingError(
      "FENCED_OUT",
      `Another process has taken over the catalog ${this.path}: this one has epoch ${this.epoch}, and it has ${value}.`,
      { hint: "Nothing was written. Leave the work to the other process." },
    );
  }

  async #stored(objects: readonly StoredObject[]): Promise<ReadonlySet<string>> {
    const rows = await this.queries
      .selectFrom("objects")
      .select("id")
      .where("id", "in", idList(objects.map(({ id }) => id)))
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    const lengths = new Map<string, number>();
    await this.queries.transaction().execute(async (db) => {
      await this.#refuseFormer(db);
      for (const write of joined(writes)) {
        if (write.kind !== "append") {
          await apply(db, write);
          continue;
        }
        const { run, events } = write;
        const known = lengths.get(run) ?? this.#lengths.get(run);
        const length = known ?? (await lengthOf(db, run));
        await append(db, run, length, events);
        lengths.set(run, length + events.length);
      }
    });
    for (const [run, length] of lengths) this.#lengths.set(run, length);
  }
}

/** What a writer has of its right to write. */
interface Tenure {
  readonly epoch: number;
  /** Called when the writer is closed. */
  readonly closed: () => void;
}

const objectsAtOnce = 2_000;

type Write =
  | { readonly kind: "objects"; readonly chunks: readonly string[] }
  | { readonly kind: "notes"; readonly of: string; readonly pairs: string }
  | { readonly kind: "createRun"; readonly run: RunSummary }
  | Append
  | {
      readonly kind: "finishRun";
      readonly run: string;
      readonly status: RunStatus;
      readonly finishedAt: EpochMs;
    }
  | { readonly kind: "forgetSignals"; readonly seqs: readonly number[] }
  | {
      readonly kind: "takeSignals";
      readonly seqs: readonly number[];
      readonly by: string;
      readonly at: EpochMs;
    };

interface Append {
  readonly kind: "append";
  readonly run: string;
  readonly events: readonly StoredEvent[];
}

/** Names with values as the JSON text of pairs: one value for a statement, however many they are. */
function pairsOf(entries: Iterable<readonly [string, Json]>): string {
  return JSON.stringify([...entries].map(([name, value]) => [name, JSON.stringify(value)]));
}

/** Neighbouring appends to one run as one: a fan-out of tasks ends in many small ones. */
function joined(writes: readonly Write[]): readonly Write[] {
  const result: Write[] = [];
  let run: string | null = null;
  let events: StoredEvent[] = [];
  for (const write of writes) {
    if (write.kind !== "append") {
      result.push(write);
      run = null;
      continue;
    }
    if (write.run !== run) {
      run = write.run;
      events = [];
      result.push({ kind: "append", run, events });
    }
    events.push(...write.events);
  }
  return result;
}

async function apply(db: Kysely<CatalogTables>, write: Exclude<Write, Append>): Promise<void> {
  switch (write.kind) {
    case "objects":
      for (const chunk of write.chunks) {
        await sql`
          INSERT INTO objects (id, value)
          SELECT value ->> 0, value ->> 1 FROM json_each(${chunk}) WHERE true
          ON CONFLICT (id) DO NOTHING`.execute(db);
      }
      return;
    case "notes":
      await sql`
        INSERT INTO notes (kind, name, value)
        SELECT ${write.of}, value ->> 0, value ->> 1 FROM json_each(${write.pairs}) WHERE true
        ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value`.execute(db);
      return;
    case "createRun":
      await createRun(db, write.run);
      return;
    case "finishRun":
      await finishRun(db, write);
      return;
    case "forgetSignals":
      await sql`
        DELETE FROM signals
        WHERE seq IN (SELECT value FROM json_each(${JSON.stringify(write.seqs)}))`.execute(db);
      return;
    case "takeSignals":
      await sql`
        UPDATE signals SET taken_by = ${write.by}, taken_at = ${write.at}
        WHERE taken_by IS NULL
          AND seq IN (SELECT value FROM json_each(${JSON.stringify(write.seqs)}))`.execute(db);
  }
}

async function createRun(db: Kysely<CatalogTables>, run: RunSummary): Promise<void> {
  const { id, startedAt, finishedAt, status, blueprint, decision } = run;
  await db
    .insertInto("runs")
    .values({ id, started_at: startedAt, finished_at: finishedAt, status, blueprint, decision })
    .execute();
}

async function lengthOf(db: Kysely<CatalogTables>, run: string): Promise<number> {
  const last = await db
    .selectFrom("run_events")
    .select("seq")
    .where("run", "=", run)
    .orderBy("seq", "desc")
    .limit(1)
    .execute();
  return (last[0]?.seq ?? -1) + 1;
}

async function append(
  db: Kysely<CatalogTables>,
  run: string,
  length: number,
  events: readonly StoredEvent[],
): Promise<void> {
  const texts = events.map(({ seq, event }, index) => {
    assert(seq === length + index, `event ${seq} of run ${run} comes at place ${length + index}`);
    return JSON.stringify(event);
  });
  await sql`
    INSERT INTO run_events (run, seq, event)
    SELECT ${run}, ${length} + key, value FROM json_each(${JSON.stringify(texts)})`.execute(db);
}

async function finishRun(
  db: Kysely<CatalogTables>,
  { run, status, finishedAt }: Extract<Write, { readonly kind: "finishRun" }>,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("runs")
    .set({ status, finished_at: finishedAt })
    .where("id", "=", run)
    .executeTakeFirstOrThrow();
  assert(numUpdatedRows === 1n, `run ${run} that is finished was created`);
}
