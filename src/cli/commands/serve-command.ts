import { openOutput } from "../output.ts";
import { serveLine } from "../render/serve-line.ts";
import { serveEventJson } from "../wire/serve-event-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Serves a project until it is asked to end; tells each event in a line of its own. */
export const serveCommand: CommandHandler = async ({ input, environment, withProject, signal }) => {
  const stdout = openOutput(environment.stdout);
  const { host, port, isExposed, isNewToken } = input;
  const http = input.isHttpWanted
    ? {
        ...{ isExposed, isNewToken },
        ...(host === null ? {} : { host }),
        ...(port === null ? {} : { port }),
      }
    : null;
  const { graceMs, isStandby, isJson, isVerbose } = input;
  await withProject((project) =>
    project.serve({
      ...{ isStandby, signal, http },
      ...(graceMs === null ? {} : { graceMs }),
      onEvent: (event) => {
        // One line for each cycle is what a journal can bear.
        if (event.type === "CycleStarted" && !isJson && !isVerbose) return;
        const line = isJson ? JSON.stringify(serveEventJson(event)) : serveLine(event);
        stdout.write(`${line}\n`);
      },
    }),
  );
  const stopped = { type: "Stopped", at: environment.clock.now() } as const;
  return {
    exitCode: 0,
    json: () => serveEventJson(stopped),
    lines: () => [serveLine(stopped)],
  };
};
