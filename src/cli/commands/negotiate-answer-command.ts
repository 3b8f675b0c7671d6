import type { NegotiationResponse } from "../../core/routes/negotiation.ts";
import { present } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { renderAnswer } from "../render/render-negotiation.ts";
import { negotiationJson } from "../wire/negotiation-json.ts";
import { answerAuthor } from "./answer-author.ts";
import type { CommandHandler } from "./command-handler.ts";

const reasonMax = 2_000;

/** Accepts a proposal as it is, or on another route. */
export const negotiateAcceptCommand = answering("accept");

/** Rejects a proposal: the models stay stopped. */
export const negotiateRejectCommand = answering("reject");

/** Accepts on another route than was proposed. */
export const negotiateCounterCommand = answering("counter");

function answering(answer: NegotiationResponse["answer"]): CommandHandler {
  return async (context) => {
    const { input } = context;
    const id = present(input.args[0], "the id is a required argument");
    const given = {
      answer,
      route: routeOf(answer, input.route),
      by: answerAuthor(context),
      reason: reasonOf(input.reason),
    };
    const negotiation = await context.withProject((project) => project.respond(id, given));
    return {
      exitCode: 0,
      json: () => ({ negotiation: negotiationJson(negotiation) }),
      lines: (style) => renderAnswer(negotiation, style),
    };
  };
}

function routeOf(
  answer: NegotiationResponse["answer"],
  typed: string | null,
): NegotiationResponse["route"] {
  if (typed === null && answer === "counter") {
    throw new OperatingError("USAGE_INVALID", "A counter-proposal needs another route.", {
      hint: "Add --route pass or --route adapt.",
    });
  }
  if (typed === null || typed === "pass" || typed === "adapt") return typed;
  throw new OperatingError("USAGE_INVALID", `--route ${typed} is no route to agree on.`, {
    hint: "Write pass (read the new shape) or adapt (keep the old one).",
  });
}

function reasonOf(typed: string | null): string | null {
  const reason = typed?.trim() ?? "";
  if (reason.length <= reasonMax) return reason === "" ? null : reason;
  throw new OperatingError("USAGE_INVALID", `--reason has more than ${reasonMax} characters.`, {
    hint: "Say it shorter, and where the rest is to be found.",
  });
}
