import { OperatingError } from "../../errors/operating-error.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { OpenGateway } from "../../ports/signal-gateway.ts";
import type { Parts } from "../parts.ts";
import { receiveSignals } from "../receive-signals.ts";
import { signalSubjects } from "../signal-subjects.ts";
import type { HttpOptions } from "./serve-desk.ts";
import type { ServeEvent } from "./serve-event.ts";
import { signalToken } from "./signal-token.ts";

/** Lets other programs send signals while a project is served; `null` where they may not. */
export async function openGateway(
  parts: Parts,
  catalog: Catalog,
  serving: {
    readonly http: HttpOptions | null;
    readonly isReady: () => boolean;
    readonly onEvent: (event: ServeEvent) => void;
  },
): Promise<OpenGateway | null> {
  const { http, isReady, onEvent } = serving;
  if (http === null) return null;
  const settings = await parts.readSettings();
  const host = http.host ?? settings.serve.host;
  if (!isLoopback(host) && http.isExposed !== true) throw notExposed(host);
  const reference = settings.serve.token;
  const token = await signalToken(parts, catalog, { reference, isNew: http.isNewToken === true });
  const path = parts.catalogPath(settings);
  const gateway = await (await parts.openGateway()).open({
    host,
    port: http.port ?? settings.serve.port,
    isAllowed: token.isAllowed,
    isReady,
    receive: async (events) => {
      await using inbox = await parts.catalogs.openInbox(path);
      const known = await signalSubjects(parts);
      const received = await receiveSignals(inbox, events, known, parts.clock.now());
      return received.map(({ signal: { source, id }, isNew }) => ({ source, id, isNew }));
    },
  });
  if (token.made !== null) {
    onEvent({ type: "TokenMade", at: parts.clock.now(), token: token.made });
  }
  return gateway;
}

/** Whether only programs of this machine can reach an address. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function notExposed(host: string): OperatingError {
  return new OperatingError(
    "USAGE_INVALID",
    `At ${host} signals could be sent from other machines.`,
    { hint: "Serve at 127.0.0.1, or say that this is meant with --expose." },
  );
}
