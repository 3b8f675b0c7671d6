import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SourceSpec } from "../../src/core/project/project.ts";
import type { Json, JsonObject } from "../../src/core/std/json.ts";
import { OperatingError } from "../../src/errors/operating-error.ts";
import type { Connector, ConnectorSession } from "../../src/ports/connector.ts";

/** A system with one source that can be changed and taken away. */
export interface ConnectorWorld extends AsyncDisposable {
  readonly connector: Connector;
  /** Connection options that are right. */
  readonly options: JsonObject;
  /** Options of a system that is not there. */
  readonly optionsOfNothing: JsonObject;
  readonly projectFolder: string;
  /** As written in a project file, for the source that is there and for one that is not. */
  readonly locator: JsonObject;
  readonly locatorOfNothing: JsonObject;
  /** Finds the source, among others. */
  readonly pattern: JsonObject;
  readonly rows: number;
  /** Changes the content, keeping the number of rows. */
  readonly change: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export const silentLog = { debug: () => {}, info: () => {}, warn: () => {} };
export const never: AbortSignal = new AbortController().signal;

/** Options and locators as the project's parser hands them on: with every default written out. */
export function sourceOf(
  connector: Connector,
  locator: JsonObject,
  given: Partial<Pick<SourceSpec, "strategy" | "key" | "loading">> = {},
): SourceSpec {
  return {
    name: "subject",
    connection: "system",
    origin: "declared",
    locator: toJsonObject(connector.schemas.locator.parse(locator)),
    contract: null,
    strategy: "replace",
    key: [],
    ...given,
    tier: 2,
    owner: null,
    tags: [],
    cadenceMs: null,
    demand: "always",
    optional: false,
    gates: [],
  };
}

function toJsonObject(value: unknown): JsonObject {
  const copy: Json = JSON.parse(JSON.stringify(value));
  if (copy === null || typeof copy !== "object" || Array.isArray(copy))
    throw new Error("no object");
  return Object.fromEntries(Object.entries(copy));
}

export function openSession(
  connector: Connector,
  options: JsonObject,
  projectFolder: string,
): Promise<ConnectorSession> {
  const parsed = toJsonObject(connector.schemas.connection.parse(options));
  const connection = { name: "system", connector: connector.type, options: parsed };
  return connector.open(
    { ...connection, probeTimeoutMs: 10_000, watchMs: null },
    { options: parsed, projectFolder, log: silentLog, now: () => Date.now() },
  );
}

/** The code of the OperatingError that `work` ends with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperatingError) return error.code;
    throw error;
  }
  return "no error";
}

/** What every Connector must do, whatever it reads from. */
export function connectorContract(name: string, makeWorld: () => Promise<ConnectorWorld>): void {
  describe(`${name} is a Connector`, () => {
    let world: ConnectorWorld;
    let session: ConnectorSession;
    const folders: string[] = [];
    const emptyFolder = () => {
      const folder = mkdtempSync(join(tmpdir(), "sluice-extract-"));
      folders.push(folder);
      return folder;
    };

    beforeAll(async () => {
      world = await makeWorld();
      session = await openSession(world.connector, world.options, world.projectFolder);
    });
    afterAll(async () => {
      await session[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    test("its locator's keys leave room for the general attributes of a source", () => {
      const general = [
        "name",
        "strategy",
        "key",
        "tier",
        "owner",
        "tags",
        "cadence",
        "demand",
        "optional",
      ];
      const keys = Object.keys(world.connector.schemas.locator.shape);
      expect(keys.filter((key) => [...general, "checks"].includes(key))).toEqual([]);
      const found = Object.keys(world.connector.schemas.pattern.shape);
      expect(found.filter((key) => [...general, "checks"].includes(key))).toEqual(["name"]);
    });

    test("its shapes refuse unknown keys and describe the known ones", () => {
      for (const schema of Object.values(world.connector.schemas)) {
        expect(schema.safeParse({ nonsense: 1 }).error?.message).toContain("nonsense");
        for (const key of Object.values(schema.shape)) {
          expect("description" in key && key.description, "a description").toBeTruthy();
        }
      }
    });

    test("a locator that was parsed parses to itself", () => {
      const once = world.connector.schemas.locator.parse(world.locator);
      expect(world.connector.schemas.locator.parse(once)).toEqual(once);
    });

    test("a system that is not there is CONNECTION_FAILED when it is opened", async () => {
      const opening = openSession(world.connector, world.optionsOfNothing, world.projectFolder);
      expect(await codeOf(opening)).toBe("CONNECTION_FAILED");
    });

    test("discovery names each source once, the same way each time, with locators that work", async () => {
      const pattern = toJsonObject(world.connector.schemas.pattern.parse(world.pattern));
      const found = await session.discover(pattern, never);
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found.map((one) => one.name)).size).toBe(found.length);
      expect(await session.discover(pattern, never)).toEqual(found);
      for (const one of found) {
        expect(one.name).toMatch(/^[a-z_][a-z0-9_]*$/);
        const probe = await session.probe(
          { source: sourceOf(world.connector, one.locator), memo: null, loaded: null },
          never,
        );
        expect(probe.presence).toEqual({ state: "present" });
      }
    });

    test("a probe tells rows, bytes, schema and fingerprint, and a memo changes nothing", async () => {
      const source = sourceOf(world.connector, world.locator);
      const cold = await session.probe({ source, memo: null, loaded: null }, never);
      expect(cold).toMatchObject({
        kind: world.connector.sourceKind,
        presence: { state: "present" },
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        rows: world.rows,
        isExact: true,
      });
      expect(cold.bytes).toBeGreaterThan(0);
      expect(cold.schema?.columns.length).toBeGreaterThan(0);
      const memo: Json = JSON.parse(JSON.stringify(cold.memo));
      const { memo: _, ...warm } = await session.probe({ source, memo, loaded: null }, never);
      expect(warm).toEqual({ ...cold, memo: undefined });
      const { memo: __, ...odd } = await session.probe(
        { source, memo: { odd: [1, "two"] }, loaded: null },
        never,
      );
      expect(odd).toEqual({ ...cold, memo: undefined });
    });

    test("an extraction holds what the probe promised, in files that hash as they say", async () => {
      const source = sourceOf(world.connector, world.locator);
      const probe = await session.probe({ source, memo: null, loaded: null }, never);
      const folder = emptyFolder();
      const draft = await session.extract({ source, folder, cursor: null }, never);
      expect(draft).toMatchObject({ scope: "full", rows: world.rows });
      expect(draft.columns).toEqual(probe.schema?.columns);
      const names = draft.columns.map(({ name }) => name);
      expect(probe.arriving.map(({ columns }) => columns.map(({ name }) => name))).toEqual([names]);
      const loaded = { source, memo: null, loaded: draft.cursor };
      const { arriving } = await session.probe(loaded, never);
      // A table says its shape itself; files are all that says theirs.
      expect(arriving).toEqual(world.connector.sourceKind === "table" ? probe.arriving : []);
      expect(draft.files.length).toBeGreaterThan(0);
      for (const file of draft.files) {
        const content = readFileSync(file.path);
        expect(content.length).toBe(file.bytes);
        expect(createHash("sha256").update(content).digest("hex")).toBe(file.sha256);
        expect(file.path.startsWith(folder)).toBe(file.isOwned);
      }
      expect(readdirSync(folder).length).toBe(draft.files.filter((file) => file.isOwned).length);
    });

    test("what was cancelled before it began is CANCELLED and leaves nothing", async () => {
      const source = sourceOf(world.connector, world.locator);
      const folder = emptyFolder();
      const aborted = AbortSignal.abort();
      expect(await codeOf(session.extract({ source, folder, cursor: null }, aborted))).toBe(
        "CANCELLED",
      );
      expect(await codeOf(session.probe({ source, memo: null, loaded: null }, aborted))).toBe(
        "CANCELLED",
      );
      expect(readdirSync(folder)).toEqual([]);
    });

    test("a source that is not there is missing to a probe and SOURCE_MISSING to an extraction", async () => {
      const source = sourceOf(world.connector, world.locatorOfNothing);
      const probe = await session.probe({ source, memo: null, loaded: null }, never);
      expect(probe.presence.state).toBe("missing");
      expect(probe.fingerprint).toBeNull();
      const folder = emptyFolder();
      expect(await codeOf(session.extract({ source, folder, cursor: null }, never))).toBe(
        "SOURCE_MISSING",
      );
    });

    test("a change of content is a change of fingerprint, with the old memo too", async () => {
      const source = sourceOf(world.connector, world.locator);
      const before = await session.probe({ source, memo: null, loaded: null }, never);
      await world.change();
      const after = await session.probe({ source, memo: before.memo, loaded: null }, never);
      expect(after.rows).toBe(before.rows);
      expect(after.fingerprint).not.toBe(before.fingerprint);
    });

    test("a source that goes away is missing from then on", async () => {
      const source = sourceOf(world.connector, world.locator);
      const before = await session.probe({ source, memo: null, loaded: null }, never);
      await world.remove();
      const after = await session.probe({ source, memo: before.memo, loaded: null }, never);
      expect(after.presence.state).toBe("missing");
      expect(existsSync(world.projectFolder)).toBe(true);
    });
  });
}
