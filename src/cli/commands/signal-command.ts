import { present } from "../../core/std/assert.ts";
import { renderSent } from "../render/render-signals.ts";
import { signalJson } from "../wire/signal-json.ts";
import { answerAuthor } from "./answer-author.ts";
import type { CommandHandler } from "./command-handler.ts";
import { signalRequest } from "./signal-request.ts";

/** Leaves a signal for the run that goes on, or for the next one. */
export const signalCommand: CommandHandler = async (context) => {
  const { input, environment } = context;
  const request = signalRequest({
    type: present(input.args[0], "the type is a required argument"),
    subject: present(input.args[1], "the subject is a required argument"),
    data: input.data,
    why: input.why,
    until: input.until,
    isCancelling: input.isCancelling,
    id: input.id,
    now: input.now ?? environment.clock.now(),
    author: () => answerAuthor(context),
  });
  const sent = await context.withProject((project) => project.sendSignal(request));
  return {
    exitCode: 0,
    json: () => ({ signal: signalJson(sent.signal), isNew: sent.isNew }),
    lines: (style) => renderSent(sent, style),
  };
};
