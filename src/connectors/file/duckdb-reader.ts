import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Answers of a query, each row an array of JSON values in the driver's form. */
export type ReaderRows = readonly (readonly unknown[])[];

/** An in-memory DuckDB for looking into files. It is opened when first used. */
export interface DuckdbReader extends AsyncDisposable {
  /** Runs `use` with a connection of its own, which is interrupted when `signal` fires. */
  withConnection<T>(
    signal: AbortSignal,
    use: (run: (sql: string) => Promise<ReaderRows>) => Promise<T>,
  ): Promise<T>;
  /** A folder for what is needed only while this reader is open. */
  scratchFolder(): Promise<string>;
  /**
   * A path that DuckDB takes literally (see `isLiteralPath`): where the file's own is not, a link
   * to it.
   */
  literalPath(absolute: string): Promise<string>;
}

/** How often a cancelled query is interrupted again: it may not have begun at the first time. */
const interruptEveryMs = 25;

export function duckdbReader(): DuckdbReader {
  let opening: Promise<DuckDBInstance> | undefined;
  let scratch: Promise<string> | undefined;
  let links = 0;
  const instance = () => {
    opening ??= openInstance();
    return opening;
  };
  const scratchFolder = () => {
    scratch ??= mkdtemp(join(tmpdir(), "sluice-file-"));
    return scratch;
  };
  return {
    async withConnection(signal, use) {
      signal.throwIfAborted();
      const connection = await (await instance()).connect();
      let timer: NodeJS.Timeout | undefined;
      const interrupt = () => {
        connection.interrupt();
        timer = setInterval(() => connection.interrupt(), interruptEveryMs);
      };
      signal.addEventListener("abort", interrupt, { once: true });
      try {
        return await use((sql) => {
          signal.throwIfAborted();
          return readRows(connection, sql);
        });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        signal.removeEventListener("abort", interrupt);
        clearInterval(timer);
        connection.closeSync();
      }
    },
    scratchFolder,
    async literalPath(absolute) {
      if (isLiteralPath(absolute)) return absolute;
      links += 1;
      const ending = /(\.[A-Za-z0-9]+){0,2}$/.exec(absolute)?.[0] ?? "";
      const link = join(await scratchFolder(), `link-${links}${ending}`);
      await symlink(absolute, link);
      return link;
    },
    async [Symbol.asyncDispose]() {
      if (opening) (await opening).closeSync();
      if (scratch) await rm(await scratch, { recursive: true, force: true });
    },
  };
}

/** Whether DuckDB takes a path for just that: no pattern to expand, no `year=2020` to make columns of. */
export function isLiteralPath(path: string): boolean {
  return !/[*?[]|[/\\][^/\\]*=[^/\\]*[/\\]/.test(path);
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Imported here only: the driver takes half a second to load. */
async function openInstance(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "1GB",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<ReaderRows> {
  const result = await connection.runAndReadAll(sql);
  return result.getRowsJson();
}
