import { pathToFileURL } from "node:url";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import Database from "libsql";
import type { CatalogTables } from "./catalog-tables.ts";

/**
 * How a file is opened: `create` makes it when it is absent, `existing` does not. A reader opens
 * `existing` too, and not read-only, because whoever reads a write-ahead log shares its index.
 * `still` is for a file that nobody writes, in a folder where no index can be made.
 */
export type OpenMode = "create" | "existing" | "still";

const flags: Readonly<Record<OpenMode, string>> = {
  create: "mode=rwc",
  existing: "mode=rw",
  still: "mode=ro&immutable=1",
};

/**
 * Opens a database file. A path is always passed as a URL: the driver knows no other way to say
 * that a file must exist.
 */
export function openDatabase(path: string, mode: OpenMode): Database.Database {
  return new Database(`${pathToFileURL(path).href}?${flags[mode]}`);
}

/** Queries over an open database, typed by the catalog's tables. */
export function queriesOver(db: Database.Database): Kysely<CatalogTables> {
  return new Kysely<CatalogTables>({
    dialect: new SqliteDialect({ database: withStatementsKept(db) }),
  });
}

/**
 * Keeps prepared statements by their text. The driver frees a statement only when it is collected,
 * and a catalog asks the same few things many times. SQLite has rolled back by itself after some
 * failures, such as a full disk; rolling back again would hide what failed.
 */
function withStatementsKept(db: Database.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare: (sql) => {
      if (sql === "rollback" && !db.inTransaction) return nothing;
      const known = kept.get(sql);
      if (known !== undefined) return known;
      // Several connections write: one that only looked before it writes could not wait its turn.
      const statement = statementOf(db.prepare(sql === "begin" ? "begin immediate" : sql));
      kept.set(sql, statement);
      return statement;
    },
    close: () => {
      kept.clear();
      db.close();
    },
  };
}

function statementOf(statement: Database.Statement): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => statement.all([...parameters]),
    run: (parameters) => statement.run([...parameters]),
    iterate: (parameters) => statement.iterate([...parameters]),
  };
}

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};
