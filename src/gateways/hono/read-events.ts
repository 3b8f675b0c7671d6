import { OperatingError } from "../../errors/operating-error.ts";

/** Events of one batch. */
const batchMax = 100;

/** What of a request tells its events. */
export interface EventRequest {
  header(name: string): string | undefined;
  /** All of its headers; names are lower case. */
  headers(): Iterable<readonly [string, string]>;
  readonly body: string;
}

/**
 * Reads the events of a request by the HTTP binding of CloudEvents 1.0: one or a batch as JSON
 * (structured), or one whose attributes are headers and whose data is the body (binary).
 * @returns them as JSON of the structured form, unjudged; `null` for a body of any other type
 * @throws SIGNAL_INVALID for what is no JSON or no batch
 */
export function readEvents(request: EventRequest): readonly unknown[] | null {
  const [type = ""] = (request.header("content-type") ?? "").toLowerCase().split(";");
  switch (type.trim()) {
    case "application/cloudevents+json":
      return [parseBody(request.body)];
    case "application/cloudevents-batch+json":
      return asBatch(parseBody(request.body));
    case "application/json":
    case "":
      return request.header("ce-specversion") === undefined ? null : [fromHeaders(request)];
    default:
      return null;
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new OperatingError("SIGNAL_INVALID", "The body is no JSON.", {
      hint: "Send a CloudEvent 1.0 as a JSON object.",
      cause: error,
    });
  }
}

function asBatch(value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length <= batchMax) return value;
  const is = Array.isArray(value) ? `has more than ${batchMax} events` : "is no JSON array";
  throw new OperatingError("SIGNAL_INVALID", `The batch ${is}.`, {
    hint: `Send at most ${batchMax} CloudEvents in one array.`,
  });
}

function fromHeaders(request: EventRequest): unknown {
  const attributes = new Map<string, unknown>();
  for (const [name, value] of request.headers()) {
    if (name.startsWith("ce-")) attributes.set(name.slice("ce-".length), decoded(value));
  }
  const data = request.body === "" ? undefined : parseBody(request.body);
  return { ...Object.fromEntries(attributes), ...(data === undefined ? {} : { data }) };
}

/** Header values carry what is not printable ASCII as percent-encoded UTF-8. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // A lone `%` stands for itself.
    return value;
  }
}
