import { once } from "node:events";
import { Server } from "node:http";
import { type HttpBindings, serve } from "@hono/node-server";
import { type Context as ContextOf, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { assert } from "../../core/std/assert.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { OperatingError, toOperatingError } from "../../errors/operating-error.ts";
import type { GatewayOptions, OpenGateway, SignalGateway } from "../../ports/signal-gateway.ts";
import { readEvents } from "./read-events.ts";

const bodyBytesMax = 1_048_576;
const connectionsMax = 64;
/** A sender that takes longer than this to send what it has to say is cut off. */
const requestMsMax = 10_000;

/**
 * Takes signals in by HTTP. What a request may do is decided by its route: each says who may take
 * it, and what is no route is answered only to those who have the token, and then with 404. Paths
 * are compared as they are sent: nothing is decoded, and nothing is matched by its ending.
 */
export const honoGateway: SignalGateway = { open };

interface Served {
  Bindings: HttpBindings;
}

type Context = ContextOf<Served>;

async function open(options: GatewayOptions): Promise<OpenGateway> {
  const app = appOf(options);
  const { host, port } = options;
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port,
    overrideGlobalObjects: false,
    serverOptions: { requestTimeout: requestMsMax, headersTimeout: requestMsMax },
  });
  assert(server instanceof Server, "HTTP is served without encryption: it is for this machine");
  server.maxConnections = connectionsMax;
  try {
    await once(server, "listening");
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  return {
    url: `http://${urlHost(host)}:${portOf(server)}/signals`,
    [Symbol.asyncDispose]: async () => {
      const isClosed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await isClosed;
    },
  };
}

function appOf(options: GatewayOptions): Hono<Served> {
  const app = new Hono<Served>({ getPath: (_request, given) => sentPath(given?.env) });
  const isAllowed = (context: Context) => {
    const [scheme, token, ...rest] = (context.req.header("authorization") ?? "").split(" ");
    const isForm = scheme?.toLowerCase() === "bearer" && rest.length === 0;
    return isForm && token !== undefined && options.isAllowed(token);
  };
  app.get("/livez", (context) => context.json({ isLive: true }));
  app.get("/readyz", (context) => {
    const isReady = options.isReady();
    return context.json({ isReady }, isReady ? 200 : 503);
  });
  app.post(
    "/signals",
    async (context, next) => (isAllowed(context) ? next() : refuse(context)),
    bodyLimit({
      maxSize: bodyBytesMax,
      onError: (context) =>
        told(context, 413, {
          code: "SIGNAL_INVALID",
          message: `A request has at most ${bodyBytesMax} bytes.`,
          hint: "Send fewer signals at once.",
        }),
    }),
    (context) => receive(context, options),
  );
  app.all("*", (context) => {
    if (!isAllowed(context)) return refuse(context);
    return told(context, 404, {
      code: "NOT_FOUND",
      message: "There is nothing here.",
      hint: "Signals are sent by POST /signals.",
    });
  });
  app.onError((error, context) => failed(context, toOperatingError(error)));
  return app;
}

/** The path as it was sent, up to its query: nothing has been decoded in it or taken out of it. */
function sentPath(bindings: HttpBindings | undefined): string {
  const target = bindings?.incoming.url ?? "";
  const end = target.indexOf("?");
  return end < 0 ? target : target.slice(0, end);
}

async function receive(context: Context, options: GatewayOptions): Promise<Response> {
  const events = readEvents({
    header: (name) => context.req.header(name),
    headers: () => Object.entries(context.req.header()),
    body: await context.req.text(),
  });
  if (events === null) {
    return told(context, 415, {
      code: "SIGNAL_INVALID",
      message: "The request is no CloudEvent.",
      hint: "Send application/cloudevents+json, a batch of it, or JSON with the event's attributes as ce- headers.",
    });
  }
  return context.json({ signals: await options.receive(events) }, 202);
}

interface Told {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

function told(context: Context, status: ContentfulStatusCode, error: Told): Response {
  return context.json({ error }, status);
}

function refuse(context: Context): Response {
  context.header("WWW-Authenticate", "Bearer");
  return context.json({ error: { message: "Send the token: Authorization: Bearer …" } }, 401);
}

function failed(context: Context, error: OperatingError): Response {
  const { code, message, hint = null } = error;
  if (code === "SIGNAL_INVALID" || code === "NOT_FOUND") {
    return told(context, 400, { code, message, hint });
  }
  if (code !== "INBOX_FULL" && code !== "CATALOG_LOCKED") {
    return told(context, 500, { code, message: "The signal could not be stored.", hint: null });
  }
  context.header("Retry-After", "10");
  return told(context, 503, { code, message, hint });
}

function cannotListen(error: unknown, host: string, port: number): OperatingError {
  const message = error instanceof Error ? error.message : String(error);
  return new OperatingError("GATEWAY_FAILED", `Cannot listen at ${host}:${port}: ${message}`, {
    hint: "Choose another port with --port, or serve without HTTP: --no-http.",
    cause: error,
  });
}

function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
