import type { YAMLParseError } from "yaml";
import type { Problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";

interface Explanation {
  readonly message: string;
  readonly fix?: string;
}

const quoteIt = "Put the text in quotes.";

/** The parser's findings in our words: its own quote the file, which may hold a secret. */
const explanations: Readonly<Partial<Record<YAMLParseError["code"], Explanation>>> = {
  BAD_DQ_ESCAPE: {
    message: "A double-quoted text has an escape that YAML does not know.",
    fix: "Use single quotes, in which a backslash is itself, or write `\\\\`.",
  },
  BAD_INDENT: {
    message: "The indentation fits neither the line above nor any block around it.",
    fix: "Align it with the other keys or entries of its block.",
  },
  BAD_PROP_ORDER: { message: "The order of these marks is not YAML." },
  BAD_SCALAR_START: {
    message: "A text without quotes cannot begin with this character.",
    fix: quoteIt,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "A second `: ` stands on one line, where only one mapping can begin.",
    fix: "Put the text in quotes when the colon belongs to it; else begin a new line.",
  },
  BLOCK_IN_FLOW: {
    message: "A block cannot stand inside `{ }` or `[ ]`.",
    fix: "Close the bracket, or write all of it in brackets.",
  },
  KEY_OVER_1024_CHARS: { message: "A key is longer than 1024 characters." },
  MISSING_CHAR: {
    message: "A comma, bracket, quote or space is missing here.",
    fix: "Close what is open; write a space after `:`, `,` and `-`.",
  },
  MULTILINE_IMPLICIT_KEY: {
    message: "A key goes on over more than one line, which mostly means that `: ` is missing.",
    fix: "Write `key: value`, or put a long text in quotes.",
  },
  NON_STRING_KEY: { message: "A key must be text.", fix: "Write a plain word as the key." },
  TAB_AS_INDENT: {
    message: "A tab indents this line, and YAML allows only spaces.",
    fix: "Use spaces.",
  },
  UNEXPECTED_TOKEN: { message: "This does not fit here.", fix: quoteIt },
};

/** What a finding of the YAML parser means, and where; offsets are moved by `shift`. */
export function yamlProblem(error: YAMLParseError, source: SourceText, shift: number): Problem {
  const { message, fix } = explanations[error.code] ?? { message: "This is not valid YAML." };
  const start = error.pos[0] + shift;
  return {
    code: "yaml-syntax",
    severity: "error",
    message,
    location: source.locate(start, firstLineEnd(source.text, start, error.pos[1] + shift)),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** A mark does not run on over the lines below. */
function firstLineEnd(text: string, start: number, end: number): number {
  const lineEnd = text.indexOf("\n", start);
  return lineEnd < 0 ? end : Math.min(end, lineEnd);
}
