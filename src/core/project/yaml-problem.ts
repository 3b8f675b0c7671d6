import type { YAMLParseError } from "yaml";
import type { Problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";

interface Explanation {
  readonly message: string;
  readonly fix: string;
}

const quoteIt = "Put the text in quotes.";

/** Findings that share a code with others, by how the parser begins its sentence. */
const variants: readonly (readonly [RegExp, Explanation])[] = [
  [
    /^Sequence item without/,
    {
      message: "This line is neither an entry of the list above nor aligned with the keys of one.",
      fix: "Begin an entry with `- `, and align its keys with each other.",
    },
  ],
  [/^Missing closing/, { message: "A quote is opened and never closed.", fix: "Close the quote." }],
  [/^Implicit map keys/, { message: "A key has no `:` after it.", fix: "Write `key: value`." }],
  [/^Flow /, { message: "A bracket is opened and not closed before this line.", fix: "Close it." }],
  [
    /^Unexpected scalar at node end/,
    { message: "Text goes on where the value has ended.", fix: "Put all of it in quotes." },
  ],
  [
    /^Unexpected block-seq-ind/,
    { message: "A list cannot begin on the line of its key.", fix: "Begin it on the next line." },
  ],
];

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
  BAD_PROP_ORDER: {
    message: "The order of these marks is not YAML.",
    fix: "Remove the marks `&` and `!`; put a text that begins with one in quotes.",
  },
  BAD_SCALAR_START: {
    message: "A text without quotes cannot begin with this character.",
    fix: quoteIt,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "A `: ` stands where no mapping can begin: inside another key's value.",
    fix: "Put the value in quotes when the colon belongs to it; else align the keys.",
  },
  BLOCK_IN_FLOW: {
    message: "A block cannot stand inside `{ }` or `[ ]`.",
    fix: "Close the bracket, or write all of it in brackets.",
  },
  KEY_OVER_1024_CHARS: {
    message: "A key is longer than 1024 characters.",
    fix: "Shorten it, or write `: ` where the key ends.",
  },
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
  const variant = variants.find(([pattern]) => pattern.test(error.message))?.[1];
  const known = variant ?? explanations[error.code];
  const { message, fix } = known ?? { message: "This is not valid YAML.", fix: quoteIt };
  const start = error.pos[0] + shift;
  return {
    code: "yaml-syntax",
    severity: "error",
    message,
    location: source.locate(start, firstLineEnd(source.text, start, error.pos[1] + shift)),
    fix,
  };
}

/** A mark does not run on over the lines below. */
function firstLineEnd(text: string, start: number, end: number): number {
  const lineEnd = text.indexOf("\n", start);
  return lineEnd < 0 ? end : Math.min(end, lineEnd);
}
