import { OperatingError } from "../../errors/operating-error.ts";
import type { CliEnvironment } from "../cli-environment.ts";

/** Something that is wrong with a file of JSON. */
export interface JsonFileProblem {
  /** Where, as `columns[2].type`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** As many problems as are told of one file. */
const toldMax = 20;

/**
 * The value in a file of JSON that was named on the command line.
 * @throws NOT_FOUND; USAGE_INVALID when it is too large or no JSON, with the place
 */
export async function readJsonFile(
  { readTextFile }: Pick<CliEnvironment, "readTextFile">,
  path: string,
): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OperatingError(
      "USAGE_INVALID",
      `${path} is no JSON: ${await faultOf(error, text)}.`,
      {
        hint: "Write one JSON value, in UTF-8.",
        cause: error,
      },
    );
  }
}

/** The failure of a file whose JSON is not what is wanted: all that is wrong, each with its place. */
export function jsonFileInvalid(
  path: string,
  problems: readonly JsonFileProblem[],
): OperatingError {
  const rest = problems.length - toldMax;
  const lines = problems.slice(0, toldMax).map((problem) => {
    const place = problem.path === "" ? "" : `${problem.path}: `;
    return `${place}${problem.message} ${problem.fix}`;
  });
  const more = rest > 0 ? [`and ${rest} more`] : [];
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const detail = [`${path} has ${count}:`, ...lines, ...more].join("\n");
  return new OperatingError("USAGE_INVALID", detail);
}

/** What the parser says, and where where that can be told. */
async function faultOf(error: unknown, text: string): Promise<string> {
  if (text.trim() === "") return "it is empty";
  const message = error instanceof Error ? error.message : String(error);
  const words = message.replace(
    /(, "| in JSON at position| at position| is not valid JSON).*$/s,
    "",
  );
  // The engine names a place only sometimes. A parser of YAML, which takes JSON too, names it.
  const { parseDocument } = await import("yaml");
  const place = parseDocument(text, { prettyErrors: true }).errors[0]?.linePos?.[0];
  return place === undefined ? words : `${words} at line ${place.line}, column ${place.col}`;
}
