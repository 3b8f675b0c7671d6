import { realpath, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Presence } from "../../core/metadata/profile.ts";
import { type Hash, hashOf } from "../../core/std/hash.ts";
import type { Json, JsonObject } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { absentProbe } from "../../ports/absent-probe.ts";
import type {
  Connector,
  ConnectorContext,
  ConnectorSession,
  DiscoveredSource,
  ExtractRequest,
  Probe,
  ProbeRequest,
} from "../../ports/connector.ts";
import { nameCandidates } from "../../ports/discovered-name.ts";
import type { ManifestDraft } from "../../ports/staging.ts";
import { lookAtArriving } from "./arriving-files.ts";
import { chooseFiles } from "./choose-files.ts";
import { type DuckdbReader, duckdbReader } from "./duckdb-reader.ts";
import { toFileError } from "./file-errors.ts";
import type { IdentifiedFile } from "./file-identity.ts";
import {
  type FileLocator,
  fileConnectionSchema,
  fileLocatorSchema,
  filePatternSchema,
} from "./file-locator.ts";
import {
  columnsOf,
  type FileContext,
  type FileMemo,
  lookAtFiles,
  parseMemo,
  toMemo,
  type UnreadableFile,
} from "./file-source.ts";
import { findFiles } from "./find-files.ts";
import { stageFiles } from "./stage-files.ts";

/** Files in a folder: CSV, TSV, NDJSON, JSON and Parquet, each text format also with gzip. */
export const fileConnector: Connector = {
  type: "file",
  sourceKind: "file",
  schemas: {
    connection: fileConnectionSchema,
    locator: fileLocatorSchema,
    pattern: filePatternSchema,
  },
  loadFault: ({ loading }) =>
    (loading?.lookBack ?? null) === null
      ? null
      : {
          key: "look_back",
          detail: "a file is known by its content, so one that comes late is seen anyway.",
          fix: "Remove look_back.",
        },
  async open(connection, context) {
    const { root } = fileConnectionSchema.parse(context.options);
    const folder = resolve(context.projectFolder, root);
    return fileSession({
      root: await openFolder(folder, connection.name),
      connector: context,
      reader: duckdbReader(),
      memos: new Map(),
    });
  },
};

interface FileSession {
  readonly root: string;
  readonly connector: ConnectorContext;
  readonly reader: DuckdbReader;
  /** The newest memo by locator, so that an extraction does not read again what a probe read. */
  readonly memos: Map<string, FileMemo>;
}

/** @throws CONNECTION_FAILED when there is no such folder, CONNECTION_REFUSED without access */
async function openFolder(folder: string, connection: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    const coded = toFileError(error, folder);
    if (!(coded instanceof OperatingError)) throw error;
    const isMissing = coded.code === "SOURCE_MISSING";
    throw new OperatingError(
      isMissing ? "CONNECTION_FAILED" : "CONNECTION_REFUSED",
      `Connection ${connection}: ${coded.message.replace(folder, `the folder ${folder}`)}`,
      { hint: "Check options.root: it is relative to the project's folder.", cause: error },
    );
  }
  throw new OperatingError("CONNECTION_FAILED", `Connection ${connection}: ${folder} is a file`, {
    hint: "Set options.root to the folder, and name the file in the source's path.",
  });
}

function fileSession(session: FileSession): ConnectorSession {
  const contextOf = (signal: AbortSignal): FileContext => ({
    root: session.root,
    reader: session.reader,
    log: session.connector.log,
    now: session.connector.now,
    signal,
  });
  return {
    discover: (pattern, signal) => coded("discover", () => discover(pattern, contextOf(signal))),
    async probe(request, signal) {
      try {
        return await coded(request.source.name, () => probe(request, session, contextOf(signal)));
      } catch (error) {
        return absent(error, request.memo);
      }
    },
    extract: (request, signal) =>
      coded(request.source.name, () => extract(request, session, contextOf(signal))),
    [Symbol.asyncDispose]: () => session.reader[Symbol.asyncDispose](),
  };
}

async function coded<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFileError(error, subject);
  }
}

async function discover(
  pattern: JsonObject,
  context: FileContext,
): Promise<readonly DiscoveredSource[]> {
  const { name: template, path, ...reading } = filePatternSchema.parse(pattern);
  const found = await findFiles(context.root, path, context.signal);
  const named = nameCandidates(
    template,
    found.map((file) => {
      const stem = basename(file.path).replace(/(\.[A-Za-z0-9]+){1,2}$/, "");
      const fields = new Map([
        ["stem", stem],
        ["dir", basename(dirname(file.path))],
        ...file.captures.map((text, index) => [String(index + 1), text] as const),
      ]);
      return { fields, identity: file.path, value: file.path };
    }),
  );
  return named.map(({ name, isRenamed, value }) => {
    if (isRenamed) {
      context.log.warn(`${value} is called ${name}: another file would have the same name.`);
    }
    // Characters that a path pattern would interpret stand for themselves here.
    const literal = value.replaceAll(/[\\*?[\]{}]/g, "\\$&");
    const locator: FileLocator = { path: literal, ...reading };
    return { name, locator, key: [] };
  });
}

async function probe(
  request: ProbeRequest,
  session: FileSession,
  context: FileContext,
): Promise<Probe> {
  const locator = fileLocatorSchema.parse(request.source.locator);
  const before = parseMemo(request.memo, locator);
  const { files, described, leftOut } = await lookAtFiles(locator, before, context);
  const facts = Object.fromEntries(described.map((file) => [file.content.sha256, file.facts]));
  const { arriving, sketches } = await lookAtArriving(described, {
    locator,
    loaded: request.loaded,
    sketches: before.sketches,
    context,
  });
  const after = toMemo(locator, files, { facts, sketches });
  session.memos.set(after.locator, after);
  const rows = described.map((file) => file.facts.rows);
  const columns = await columnsOf(described, locator, context);
  return {
    kind: "file",
    presence: presenceOf(leftOut),
    fingerprint: contentOf(files, leftOut),
    rows: rows.reduce(
      (total, count) => (total === null || count === null ? null : total + count),
      0,
    ),
    isExact: described.every((file) => file.facts.isExact),
    bytes: files.reduce((total, file) => total + file.stamp.size, 0),
    files: files.length,
    changedAt: Math.max(...files.map((file) => file.mtimeMs)),
    schema: columns.length === 0 ? null : { columns, key: [] },
    arriving,
    memo: after,
  };
}

/** Identity of what all files of a source hold together, as far as it can be read. */
function contentOf(files: readonly IdentifiedFile[], leftOut: readonly UnreadableFile[]): Hash {
  const read = files.map((file) => [file.path, file.content.sha256]);
  return leftOut.length === 0
    ? hashOf(read)
    : hashOf({ read, leftOut: leftOut.map(({ path }) => path) });
}

/** A source of which a file cannot be read cannot be had as a whole. */
function presenceOf(leftOut: readonly UnreadableFile[]): Presence {
  const [first] = leftOut;
  if (first === undefined) return { state: "present" };
  const { presence } = absentProbe("file", first.error, null);
  return presence.state === "unreachable"
    ? { ...presence, filesLeftOut: leftOut.length }
    : presence;
}

/** What a probe answers for a source that is gone or cannot be read; a bug stays a bug. */
function absent(error: unknown, memo: Json): Probe {
  if (!(error instanceof OperatingError) || error.code === "CANCELLED") throw error;
  return absentProbe("file", error, memo);
}

async function extract(
  request: ExtractRequest,
  session: FileSession,
  context: FileContext,
): Promise<ManifestDraft> {
  const locator = fileLocatorSchema.parse(request.source.locator);
  const memo = session.memos.get(hashOf(locator)) ?? parseMemo(null, locator);
  const { files, described, leftOut } = await lookAtFiles(locator, memo, context);
  const [unreadable] = leftOut;
  if (unreadable !== undefined && request.mayLeaveOut !== true) throw unreadable.error;
  const choice = chooseFiles(request, files, {
    fileColumn: locator.file_column,
    leftOut: leftOut.map(({ path }) => path),
  });
  const { folder, chunks } = request;
  const draft = await stageFiles(described, { locator, folder, choice, context, chunks });
  const content = contentOf(files, leftOut);
  if (leftOut.length === 0) return { ...draft, content };
  const names = leftOut.map(({ path, error }) => ({ name: path, because: error.message }));
  return { ...draft, content, leftOut: names };
}
