import type { CliStream } from "./cli-environment.ts";

/** A stream that may go away: whoever reads it may have seen enough (`sluice runs | head -1`). */
export interface Output {
  write(text: string): void;
  /** Waits until all is written. @throws the stream's error, unless its reader left. */
  flush(): Promise<void>;
}

/** Writes to a stream for as long as it has a reader, and keeps any other failure for `flush`. */
export function openOutput(stream: CliStream): Output {
  let failure: Error | null = null;
  const fail = (error: Error) => {
    failure ??= error;
  };
  stream.on("error", fail);
  return {
    write: (text) => {
      if (failure === null) stream.write(text);
    },
    flush: async () => {
      if (failure === null) await flushed(stream, fail);
      if (failure !== null && !isReaderGone(failure)) throw failure;
    },
  };
}

function flushed(stream: CliStream, fail: (error: Error) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("error", () => resolve());
    stream.write("", (error) => {
      if (error) fail(error);
      resolve();
    });
  });
}

function isReaderGone(error: Error): boolean {
  return "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
}
