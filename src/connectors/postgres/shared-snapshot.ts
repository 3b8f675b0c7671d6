import type { Log } from "../../ports/log.ts";
import type { PostgresPool, PostgresTransaction } from "./postgres-pool.ts";

/** The one instant at which all tables of a run are read. */
export interface SharedSnapshot extends AsyncDisposable {
  /** The name under which other transactions take it over; exported at the first call. */
  id(): Promise<string>;
  /**
   * Lets the next `id` be that of a new instant. Called when a probe has looked at the source: what
   * is extracted after it must not be older than what the probe saw.
   */
  expire(): void;
}

/** A snapshot lives as long as the transaction that exported it, so one connection keeps it open. */
export function sharedSnapshot(pool: PostgresPool, log: Log): SharedSnapshot {
  let current: Promise<{ readonly id: string; readonly holder: PostgresTransaction }> | undefined;
  const closing = new Set<Promise<void>>();

  const open = async () => {
    const holder = await pool.hold();
    holder.client.once("error", () => {
      log.warn(
        `${pool.target.connection}: the connection that held the common instant broke; ` +
          "tables that are read from now on show a later one.",
      );
      expire();
    });
    try {
      const [row] = await holder.query("SELECT pg_export_snapshot() AS id");
      return { id: String(row?.["id"]), holder };
    } catch (error) {
      holder.client.release(true);
      throw error;
    }
  };
  const expire = () => {
    const last = current;
    current = undefined;
    if (!last) return;
    const close = last.then(
      ({ holder }) => holder.client.release(true),
      () => {
        // It never opened, and whoever asked for it was told why.
      },
    );
    closing.add(close);
  };
  return {
    async id() {
      current ??= open();
      const asked = current;
      try {
        return (await asked).id;
      } catch (error) {
        if (current === asked) current = undefined;
        throw error;
      }
    },
    expire,
    async [Symbol.asyncDispose]() {
      expire();
      await Promise.all(closing);
    },
  };
}
