import type { ConnectionSpec, Project } from "../core/project/project.ts";
import { OperatingError, toOperatingError } from "../errors/operating-error.ts";
import type { ConnectorSession } from "../ports/connector.ts";
import type { Parts } from "./parts.ts";

/**
 * The sessions of one cycle, opened when first asked for and once only. A connection that fails
 * to open answers every later question with the same failure: one dead server costs one time-out.
 */
export interface Connections extends AsyncDisposable {
  /** @throws CONNECTION_FAILED, CONNECTION_REFUSED, SECRET_MISSING */
  session(connection: string): Promise<ConnectorSession>;
}

/** The connections of a project, each opened when it is first asked something. */
export function connectionsOf(project: Project, parts: Parts): Connections {
  const byName = new Map(project.connections.map((spec) => [spec.name, spec] as const));
  const sessions = new Map<string, Promise<ConnectorSession>>();
  return {
    session(connection) {
      const known = sessions.get(connection);
      if (known !== undefined) return known;
      const opened = openSession(byName.get(connection), connection, parts);
      sessions.set(connection, opened);
      return opened;
    },
    async [Symbol.asyncDispose]() {
      for (const opened of await Promise.allSettled(sessions.values())) {
        if (opened.status === "fulfilled") await opened.value[Symbol.asyncDispose]();
      }
    },
  };
}

async function openSession(
  spec: ConnectionSpec | undefined,
  name: string,
  parts: Parts,
): Promise<ConnectorSession> {
  const connector = spec === undefined ? undefined : parts.connectors.get(spec.connector);
  if (spec === undefined || connector === undefined) {
    throw new OperatingError("NOT_FOUND", `No connection ${name} with a known connector`, {
      hint: "Run `sluice check`.",
    });
  }
  try {
    return await connector.open(spec, {
      options: parts.secrets.resolve(spec.options),
      projectFolder: parts.folder,
      log: parts.log,
      now: () => parts.clock.now(),
    });
  } catch (error) {
    // A driver's message may hold what it was given; nothing leaves here unredacted.
    const failure = toOperatingError(error);
    throw new OperatingError(failure.code, parts.secrets.redact(failure.message), {
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
      cause: redactedCause(error, parts),
    });
  }
}

/** What a person who asks for causes may see of a driver's error. */
function redactedCause(error: unknown, parts: Parts): Error {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Error(parts.secrets.redact(text));
}
