import { consequenceOf } from "../errors/blame.ts";
import { OperatingError, toOperatingError } from "../errors/operating-error.ts";
import type { CliEnvironment, EndSignal } from "./cli-environment.ts";
import type { Answer, CommandContext } from "./commands/command-handler.ts";
import { commandTable } from "./commands/command-table.ts";
import { exitCodes } from "./commands/exit-codes.ts";
import { type Console, openConsole } from "./console.ts";
import type { Output } from "./output.ts";
import type { CommandInput } from "./parse/command-input.ts";
import { type ParsedCommand, parseArguments } from "./parse/parse-arguments.ts";
import { openProgress } from "./progress/open-progress.ts";
import type { ProgressView } from "./progress/progress-view.ts";
import { renderError } from "./render/render-error.ts";
import { errorJson } from "./wire/error-json.ts";

/** Runs a command line that is no wish for help. Every failure ends here, printed once. */
export async function runCommandLine(
  argv: readonly string[],
  environment: CliEnvironment,
): Promise<number> {
  const isJson = argv.slice(0, endOfFlags(argv)).includes("--json");
  let console = openConsole(environment, { isJson, isColored: null, isVerbose: false });
  try {
    const parsed = parseArguments(argv, commandTable);
    console = openConsole(environment, parsed.input, console);
    return await runParsed(parsed, environment, console);
  } catch (error) {
    return await reportFailure(toOperatingError(error), console);
  }
}

function endOfFlags(argv: readonly string[]): number {
  const end = argv.indexOf("--");
  return end < 0 ? argv.length : end;
}

async function runParsed(
  { spec, load, input }: ParsedCommand,
  environment: CliEnvironment,
  console: Console,
): Promise<number> {
  const progress = openProgress(environment, console, input.isJson);
  const ending = listenForSignals(environment, progress, spec.isCancellable);
  try {
    const handler = await load();
    const answer = await handler(contextOf(environment, input, progress, ending.signal));
    progress.close();
    await print(answer, console);
    return ending.exitCode() ?? answer.exitCode;
  } catch (error) {
    progress.close();
    const code = await reportFailure(toOperatingError(error), console);
    return ending.exitCode() ?? code;
  } finally {
    ending.stop();
  }
}

function contextOf(
  environment: CliEnvironment,
  input: CommandInput,
  progress: ProgressView,
  signal: AbortSignal,
): CommandContext {
  return {
    environment,
    input,
    progress,
    signal,
    withProject: async (use) => {
      const project = await environment.openProject({
        folder: input.project,
        logStream: { write: (text) => progress.note(text) },
        isVerbose: input.isVerbose,
      });
      try {
        return await use(project);
      } finally {
        await project[Symbol.asyncDispose]();
      }
    },
  };
}

interface Ending {
  readonly signal: AbortSignal;
  /** What a process that was asked to end exits with; `null` when nobody asked. */
  exitCode(): number | null;
  stop(): void;
}

/** A terminal, a shell and a wrapper may each pass on one and the same wish to end. */
const repeatMsMax = 500;

/**
 * The first signal asks the command to finish or roll back what runs; the second, or the first
 * of a command that has nothing to finish, ends the process at once.
 */
function listenForSignals(
  environment: CliEnvironment,
  progress: ProgressView,
  isCancellable: boolean,
): Ending {
  const controller = new AbortController();
  let received: EndSignal | null = null;
  let receivedAt = 0;
  const stop = environment.onSignal((name) => {
    const isRepeat = received !== null && environment.clock.now() - receivedAt < repeatMsMax;
    if (isRepeat) return;
    if (received !== null || !isCancellable) {
      progress.close();
      environment.exit(exitCodes.signals[name]);
      return;
    }
    received = name;
    receivedAt = environment.clock.now();
    progress.note("Stopping: what runs is finished or rolled back. Once more ends at once.\n");
    controller.abort(new OperatingError("CANCELLED", `The command was stopped by ${name}.`));
  });
  return {
    signal: controller.signal,
    exitCode: () => (received === null ? null : exitCodes.signals[received]),
    stop,
  };
}

async function print(answer: Answer, console: Console): Promise<void> {
  const { stdout, answerStyle, isJson } = console;
  if (isJson) stdout.write(jsonText(answer.json(), console));
  else stdout.write(`${answer.lines(answerStyle).join("\n")}\n`);
  await flushAnswer(stdout);
}

async function reportFailure(error: OperatingError, console: Console): Promise<number> {
  const { stderr, stdout, noteStyle, isJson, isVerbose } = console;
  if (isJson && error.code !== "OUTPUT_FAILED") stdout.write(jsonText(errorJson(error), console));
  if (!isJson || error.code === "OUTPUT_FAILED") {
    stderr.write(`${renderError(error, noteStyle, isVerbose).join("\n")}\n`);
  }
  // Nobody is left to be told that stderr cannot be written.
  await stderr.flush().catch(() => undefined);
  return consequenceOf(error.code).exitCode;
}

/** One object, on lines of its own for people and on one line for programs. */
function jsonText(value: unknown, { isAnswerRead }: Console): string {
  return `${isAnswerRead ? JSON.stringify(value, null, 2) : JSON.stringify(value)}\n`;
}

async function flushAnswer(stdout: Output): Promise<void> {
  try {
    await stdout.flush();
  } catch (error) {
    throw new OperatingError("OUTPUT_FAILED", "The answer could not be written to stdout.", {
      hint: "Look for a full disk or a closed file behind the redirection.",
      cause: error,
    });
  }
}
