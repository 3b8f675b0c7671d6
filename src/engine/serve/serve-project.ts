import type { Parts } from "../parts.ts";
import { openGateway } from "./open-gateway.ts";
import type { ServeOptions } from "./serve-desk.ts";
import { Server } from "./server.ts";
import { takeProject } from "./take-project.ts";

const graceMsDefault = 30_000;

/** Takes the project, and serves it until it is asked to end. */
export async function serveProject(parts: Parts, options: ServeOptions = {}): Promise<void> {
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => undefined);
  const isStandby = options.isStandby ?? false;
  await using catalog = await takeProject(parts, { isStandby, signal, onEvent });
  if (catalog === null) return;
  const graceMs = options.graceMs ?? graceMsDefault;
  const server = new Server(parts, catalog, { signal, graceMs, onEvent });
  const { http = {} } = options;
  await using gateway = await openGateway(parts, catalog, {
    ...{ http, onEvent },
    isReady: () => server.isReady(),
  });
  const url = gateway?.url ?? null;
  onEvent({ type: "Serving", at: parts.clock.now(), epoch: catalog.epoch, url });
  await server.live();
}
