import { type Kysely, sql } from "kysely";
import type { EpochMs } from "../../core/std/time.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import {
  type SentSignal,
  type SignalInbox,
  signalBytesMax,
  signalsPendingMax,
} from "../../ports/signal-inbox.ts";
import type { CatalogTables } from "./catalog-tables.ts";
import { toCatalogError } from "./sqlite-errors.ts";

/** Leaves signals in a catalog, through an open connection that it closes. */
export class SqliteInbox implements SignalInbox {
  readonly #queries: Kysely<CatalogTables>;
  readonly #path: string;

  constructor(queries: Kysely<CatalogTables>, path: string) {
    this.#queries = queries;
    this.#path = path;
  }

  async send(signals: readonly SentSignal[], at: EpochMs): Promise<readonly boolean[]> {
    const rows = signals.map(({ source, id, event }) => {
      const text = JSON.stringify(event);
      if (Buffer.byteLength(text) > signalBytesMax) throw tooLarge(id);
      return { source, id, event: text, received_at: at };
    });
    try {
      return await this.#queries.transaction().execute(async (db) => {
        const areNew: boolean[] = [];
        for (const row of rows) areNew.push(await insert(db, row));
        await this.#refuseTooMany(db);
        return areNew;
      });
    } catch (error) {
      throw toCatalogError(error, this.#path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queries.destroy();
  }

  /** Looked at in the transaction that would add some. */
  async #refuseTooMany(db: Kysely<CatalogTables>): Promise<void> {
    const { pending } = await db
      .selectFrom("signals")
      .select(sql<number>`count(*)`.as("pending"))
      .where("taken_by", "is", null)
      .executeTakeFirstOrThrow();
    if (pending <= signalsPendingMax) return;
    throw new OperatingError(
      "INBOX_FULL",
      `${signalsPendingMax} signals wait already for a run of the catalog ${this.#path}.`,
      { hint: "Start a run: it takes in what waits. Then send again." },
    );
  }
}

async function insert(
  db: Kysely<CatalogTables>,
  row: {
    readonly source: string;
    readonly id: string;
    readonly event: string;
    readonly received_at: EpochMs;
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("signals")
    .values({ ...row, taken_by: null, taken_at: null })
    .onConflict((known) => known.columns(["source", "id"]).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

function tooLarge(id: string): OperatingError {
  return new OperatingError(
    "SIGNAL_INVALID",
    `The signal ${id.slice(0, 100)} has more than ${signalBytesMax} bytes.`,
    { hint: "Send what happened, and where the rest is to be found." },
  );
}
