import type { Log } from "../ports/log.ts";

/** Writes notes to a stream, one line each, with secrets hidden. Debug notes only when asked for. */
export function streamLog(
  stream: { write(text: string): unknown },
  options: { readonly redact: (text: string) => string; readonly isVerbose: boolean },
): Log {
  const write = (level: string, message: string) => {
    stream.write(`${level}: ${options.redact(message)}\n`);
  };
  return {
    debug: (message) => {
      if (options.isVerbose) write("debug", message);
    },
    info: (message) => write("info", message),
    warn: (message) => write("warning", message),
  };
}
