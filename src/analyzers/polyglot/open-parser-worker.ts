import { Worker } from "node:worker_threads";
import { z } from "zod";

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ id: z.number(), ok: z.literal(true), statements: z.array(z.unknown()) }),
  z.object({ id: z.number(), ok: z.literal(false), message: z.string() }),
]);

/** The statements of a text as JSON trees, or why there are none, in words. */
export type ParseAnswer =
  | { readonly ok: true; readonly statements: readonly unknown[] }
  | { readonly ok: false; readonly message: string };

/** Parses SQL in a thread of its own. */
export interface ParserWorker extends AsyncDisposable {
  /** Never rejects: a thread that dies, hangs or was disposed is an answer too. */
  parse(sql: string, dialect: string): Promise<ParseAnswer>;
}

/** What the parser says when it broke, rather than the text: its memory may be in any state. */
const brokenParser = /unreachable|RuntimeError|recursive use|memory access|panick/i;

interface Running {
  readonly thread: Worker;
  readonly stop: () => Promise<unknown>;
}

/**
 * A parser whose thread starts with the first text, does one at a time, and is replaced when it
 * dies, breaks or takes longer than `timeLimitMs` over one text. An idle thread does not keep the
 * process alive.
 *
 * @param script Of the thread; only tests give another.
 */
export function openParserWorker(
  timeLimitMs: number,
  script = new URL("./polyglot-worker.mjs", import.meta.url),
): ParserWorker {
  let running: Running | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let isDisposed = false;
  let nextId = 0;

  const start = (): Running => {
    const thread = new Worker(script);
    // A thread that dies after its answer has nobody left to tell; unheard, its error would end us.
    thread.on("error", () => undefined);
    thread.unref();
    return { thread, stop: () => thread.terminate() };
  };
  const retire = async () => {
    const stopped = running;
    running = null;
    await stopped?.stop();
  };
  const parseNow = async (sql: string, dialect: string): Promise<ParseAnswer> => {
    if (isDisposed) return { ok: false, message: "the analyzer was closed meanwhile" };
    running ??= start();
    nextId += 1;
    const answer = await ask(running.thread, { id: nextId, sql, dialect }, timeLimitMs);
    if (answer.isThreadLost || isDisposed) await retire();
    return answer.result;
  };

  return {
    parse(sql, dialect) {
      const result = last.then(() => parseNow(sql, dialect));
      last = result;
      return result;
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await retire();
    },
  };
}

interface Request {
  readonly id: number;
  readonly sql: string;
  readonly dialect: string;
}

interface Asked {
  readonly result: ParseAnswer;
  /** True when the thread may not be asked again. */
  readonly isThreadLost: boolean;
}

function ask(thread: Worker, request: Request, timeLimitMs: number): Promise<Asked> {
  return new Promise((resolve) => {
    const finish = (asked: Asked) => {
      clearTimeout(timer);
      thread.off("message", onMessage).off("error", onError).off("exit", onExit);
      thread.unref();
      resolve(asked);
    };
    const lost = (message: string) =>
      finish({ result: { ok: false, message }, isThreadLost: true });
    const onMessage = (message: unknown) => {
      const parsed = answerSchema.safeParse(message);
      if (!parsed.success || parsed.data.id !== request.id) {
        lost("the parser's thread answered in a form that is not known");
      } else if (parsed.data.ok) {
        finish({ result: parsed.data, isThreadLost: false });
      } else {
        finish({ result: parsed.data, isThreadLost: brokenParser.test(parsed.data.message) });
      }
    };
    const onError = (cause: unknown) =>
      lost(`the parser's thread died: ${cause instanceof Error ? cause.message : String(cause)}`);
    const onExit = () => lost("the parser's thread ended before it answered");
    const timer = setTimeout(
      () => lost(`the parser took longer than ${timeLimitMs / 1000} s`),
      timeLimitMs,
    );
    thread.on("message", onMessage).on("error", onError).on("exit", onExit);
    thread.ref();
    thread.postMessage(request);
  });
}
