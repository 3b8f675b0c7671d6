import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { OperatingError } from "../../errors/operating-error.ts";
import type { GatewayOptions } from "../../ports/signal-gateway.ts";
import { honoGateway } from "./hono-gateway.ts";

const token = "t0ken";
const event = { specversion: "1.0", id: "1", source: "/test", type: "dev.sluice.source.late" };
const structured = { "content-type": "application/cloudevents+json" };
const allowed = { authorization: `Bearer ${token}` };

interface Scene {
  readonly received: (readonly unknown[])[];
  send(given: Given): Promise<Answer>;
}

interface Given {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isUnended?: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

async function scene(options: Partial<GatewayOptions> = {}): Promise<Scene> {
  const received: (readonly unknown[])[] = [];
  const gateway = await honoGateway.open({
    ...{ host: "127.0.0.1", port: 0, isAllowed: (given) => given === token, isReady: () => true },
    receive: async (events) => {
      received.push(events);
      return events.map((_, at) => ({ source: "/test", id: String(at), isNew: true }));
    },
    ...options,
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const { hostname, port } = new URL(gateway.url);
  return { received, send: (given) => sendTo({ hostname, port }, given) };
}

/** By Node's own client, which sends a path as it is given. */
function sendTo(place: { hostname: string; port: string }, given: Given): Promise<Answer> {
  const { method = "POST", path = "/signals", headers = allowed, body } = given;
  return new Promise((resolve, reject) => {
    const sent = request({ ...place, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        const { statusCode: status = 0, headers: found } = response;
        resolve({ status, headers: found, body: text === "" ? null : JSON.parse(text) });
      });
    });
    sent.on("error", reject);
    // One that is not ended is still being sent when it is answered.
    if (given.isUnended === true) sent.write(body ?? "");
    else sent.end(["POST", "PUT"].includes(method) ? body : undefined);
  });
}

describe("events", () => {
  test("come as one JSON object", async () => {
    const { send, received } = await scene();
    const answer = await send({
      headers: { ...allowed, "content-type": "application/cloudevents+json; charset=utf-8" },
      body: JSON.stringify(event),
    });
    expect(answer).toMatchObject({
      status: 202,
      body: { signals: [{ source: "/test", id: "0", isNew: true }] },
    });
    expect(received).toEqual([[event]]);
  });

  test("come as a batch", async () => {
    const { send, received } = await scene();
    const headers = { ...allowed, "content-type": "application/cloudevents-batch+json" };
    await send({ headers, body: JSON.stringify([event, event]) });
    expect(received).toEqual([[event, event]]);
    expect(await send({ headers, body: JSON.stringify(event) })).toMatchObject({ status: 400 });
    const many = JSON.stringify(Array.from({ length: 101 }, () => event));
    expect(await send({ headers, body: many })).toMatchObject({ status: 400 });
  });

  test("come as headers with data", async () => {
    const { send, received } = await scene();
    const headers = {
      ...allowed,
      "ce-specversion": "1.0",
      "ce-id": "1",
      "ce-source": "/caf%C3%A9%20100%25",
      "ce-type": "dev.sluice.tier.changed",
      "ce-subject": "orders",
      "content-type": "application/json",
    };
    await send({ headers, body: '{"tier":0}' });
    await send({ headers: { ...headers, "content-type": "" } });
    const attributes = {
      specversion: "1.0",
      id: "1",
      source: "/café 100%",
      type: "dev.sluice.tier.changed",
      subject: "orders",
    };
    expect(received).toEqual([[{ ...attributes, data: { tier: 0 } }], [attributes]]);
  });

  test.each([
    [{ "content-type": "application/json" }, JSON.stringify(event), 415],
    [{ "content-type": "text/plain" }, JSON.stringify(event), 415],
    [structured, "{", 400],
    [structured, "", 400],
  ])("with %j and the body %s are refused", async (headers, body, status) => {
    const { send, received } = await scene();
    expect(await send({ headers: { ...allowed, ...headers }, body })).toMatchObject({ status });
    expect(received).toEqual([]);
  });

  test("that are too large are refused, with and without saying how large they are", async () => {
    const { send, received } = await scene();
    const headers = { ...allowed, ...structured };
    const said = { ...headers, "content-length": "1048577" };
    expect((await send({ headers: said, body: "{", isUnended: true })).status).toBe(413);
    const chunked = { ...headers, "transfer-encoding": "chunked" };
    const body = "x".repeat(1_048_577);
    expect((await send({ headers: chunked, body, isUnended: true })).status).toBe(413);
    expect(received).toEqual([]);
  });

  test("that cannot be taken are told why, and a bug tells nothing", async () => {
    const given = { headers: { ...allowed, ...structured }, body: JSON.stringify(event) };
    const failing = async (error: unknown) => {
      const { send } = await scene({ receive: () => Promise.reject(error) });
      return await send(given);
    };
    const invalid = new OperatingError("SIGNAL_INVALID", "No.", { hint: "Do." });
    expect(await failing(invalid)).toMatchObject({
      status: 400,
      body: { error: { code: "SIGNAL_INVALID", message: "No.", hint: "Do." } },
    });
    const full = await failing(new OperatingError("INBOX_FULL", "Full."));
    expect(full).toMatchObject({ status: 503, headers: { "retry-after": "10" } });
    const bug = await failing(new Error("secret inner workings"));
    expect(bug.status).toBe(500);
    expect(JSON.stringify(bug.body)).not.toContain("inner");
  });
});

describe("whoever has no token", () => {
  test.each([
    {},
    { authorization: "Bearer wrong" },
    { authorization: "Bearer" },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token} more` },
    { authorization: token },
  ])("but %j sends nothing", async (headers) => {
    const { send, received } = await scene();
    const answer = await send({
      headers: { ...structured, ...headers },
      body: JSON.stringify(event),
    });
    expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    expect(received).toEqual([]);
  });

  test("may ask whether it lives and is ready, by these very paths", async () => {
    let isReady = true;
    const { send } = await scene({ isReady: () => isReady });
    const ask = (path: string) => send({ method: "GET", path, headers: {} });
    expect(await ask("/livez")).toMatchObject({ status: 200, body: { isLive: true } });
    expect(await ask("/readyz?verbose")).toMatchObject({ status: 200, body: { isReady: true } });
    isReady = false;
    expect(await ask("/readyz")).toMatchObject({ status: 503, body: { isReady: false } });
    expect(await ask("/livez")).toMatchObject({ status: 200 });
  });

  const elsewhere = [
    "/",
    "/signals/livez",
    "/livez/",
    "//livez",
    "/x/../livez",
    "/./livez",
    "/%6Civez",
    "/livez%2f",
    "/livez%00",
    "/livez;a=b",
    "/LIVEZ",
    "/livez/signals",
    "/signals",
    "/signals/",
    "//signals",
    "/%73ignals",
    "/signals%2flivez",
    "/readyz/../signals",
    "http://127.0.0.1/livez",
  ];
  test.each(elsewhere)("gets nothing of %s, by any method", async (path) => {
    const { send, received } = await scene();
    for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await send({ method, path, headers: { ...structured }, body: "{}" });
      expect(answer, method).toMatchObject({ status: 401 });
    }
    expect(received).toEqual([]);
  });

  test.each(elsewhere.filter((path) => path !== "/signals"))(
    "and with a token nothing of %s either, for it is not there",
    async (path) => {
      const { send, received } = await scene();
      for (const method of ["GET", "POST"]) {
        const headers = { ...allowed, ...structured };
        const answer = await send({ method, path, headers, body: JSON.stringify(event) });
        expect(answer, method).toMatchObject({ status: 404 });
      }
      expect(received).toEqual([]);
    },
  );
});

test("an address that is taken is told, and what to do", async () => {
  await using first = await honoGateway.open({
    ...{ host: "127.0.0.1", port: 0, isAllowed: () => true, isReady: () => true },
    receive: async () => [],
  });
  const port = Number(new URL(first.url).port);
  await expect(
    honoGateway.open({
      ...{ host: "127.0.0.1", port, isAllowed: () => true, isReady: () => true },
      receive: async () => [],
    }),
  ).rejects.toMatchObject({
    code: "GATEWAY_FAILED",
    hint: expect.stringContaining("--port"),
  });
});
