import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { fileConnector } from "../../src/connectors/file/file-connector.ts";
import type { LoadStrategy } from "../../src/core/project/project.ts";
import type { Json, JsonObject } from "../../src/core/std/json.ts";
import type { ConnectorSession, DiscoveredSource, Probe } from "../../src/ports/connector.ts";
import type { ManifestDraft } from "../../src/ports/staging.ts";
import { never, openSession, sourceOf } from "../contract/connector-contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A folder of files with an open session of the file connector on it. */
export interface FileScene extends AsyncDisposable {
  /** The project's folder; the files are in `data` below it. */
  readonly folder: string;
  readonly session: ConnectorSession;
  /** Writes a file below `data`. @returns its path */
  write(path: string, content: string | Uint8Array): string;
  pathOf(path: string): string;
  probe(locator: JsonObject, memo?: Json, loaded?: Json): Promise<Probe>;
  extract(
    locator: JsonObject,
    given?: { readonly strategy?: LoadStrategy; readonly cursor?: Json },
  ): Promise<ManifestDraft>;
  discover(pattern: JsonObject): Promise<readonly DiscoveredSource[]>;
  /** The columns of a source that is there, each as `name TYPE`. */
  shapeOf(locator: JsonObject): Promise<readonly string[]>;
}

export async function fileScene(): Promise<FileScene> {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "data"));
  const session = await openSession(fileConnector, { root: "data" }, folder.path);
  let extractions = 0;
  const pathOf = (path: string) => join(folder.path, "data", path);
  const probe = (locator: JsonObject, memo: Json = null, loaded: Json = null) =>
    session.probe({ source: sourceOf(fileConnector, locator), memo, loaded }, never);
  return {
    folder: folder.path,
    session,
    write(path, content) {
      mkdirSync(dirname(pathOf(path)), { recursive: true });
      writeFileSync(pathOf(path), content);
      return pathOf(path);
    },
    pathOf,
    probe,
    extract(locator, { strategy = "replace", cursor = null } = {}) {
      extractions += 1;
      const target = join(folder.path, `extract-${extractions}`);
      mkdirSync(target);
      const source = sourceOf(fileConnector, locator, { strategy });
      return session.extract({ source, folder: target, cursor }, never);
    },
    discover(pattern) {
      const parsed = fileConnector.schemas.pattern.parse(pattern);
      return session.discover(JSON.parse(JSON.stringify(parsed)), never);
    },
    async shapeOf(locator) {
      const { schema, presence } = await probe(locator);
      expect(presence).toEqual({ state: "present" });
      return (schema?.columns ?? []).map((column) => `${column.name} ${column.type}`);
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
