import { Composer, type Document, Lexer, Parser } from "yaml";
import { assert } from "../std/assert.ts";
import { PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";
import { textProblem } from "./text-problem.ts";
import { problemsMax, readYamlNode } from "./yaml-node.ts";
import { yamlProblem } from "./yaml-problem.ts";

/** The largest file that is read, in UTF-16 units or bytes. */
export const documentSizeMax = 1_048_576;
/** The deepest nesting of mappings and lists. */
const documentDepthMax = 64;

/** A YAML document with its places, or nothing where its text cannot be trusted; and what is wrong. */
export interface ParsedDocument {
  readonly document: PositionedDocument | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads one YAML 1.2 document whose values are JSON. Never throws. Aliases, merge keys, tags,
 * directives and several documents are problems, as are duplicate keys, keys that JavaScript
 * gives a meaning of its own, and numbers or texts that have no canonical form.
 * @param range the part of the text to read, such as the header of a SQL file; all by default.
 */
export function parseDocument(
  source: SourceText,
  range: { readonly start: number; readonly end: number } = { start: 0, end: source.text.length },
): ParsedDocument {
  const wrongText = textProblem(source, range, documentSizeMax);
  if (wrongText !== null) return { document: null, problems: [wrongText] };
  const text = source.text.slice(range.start, range.end);
  const composed = composeYaml(text, source, range.start);
  if (composed.document === null) return { document: null, problems: composed.problems };
  const root = readYamlNode(composed.document.contents, source, range.start);
  return {
    document: root.isWhole ? new PositionedDocument(source, root.value, root.spot) : null,
    problems: root.problems,
  };
}

interface Composed {
  readonly document: Document.Parsed | null;
  readonly problems: readonly Problem[];
}

/** The syntax tree. Depth is bounded while tokens come in, before anything recurses over them. */
function composeYaml(text: string, source: SourceText, shift: number): Composed {
  const parser = new Parser();
  const composer = new Composer({
    version: "1.2",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const documents: Document.Parsed[] = [];
  let errorTokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === "directive") return refused(directiveProblem(source, shift, token));
      if (token.type === "error") errorTokens += 1;
      documents.push(...composer.next(token));
    }
    if (errorTokens > problemsMax) break;
    if (parser.stack.length > documentDepthMax + 2) {
      return refused({
        code: "yaml-depth",
        severity: "error",
        message: `Mappings and lists are nested deeper than ${documentDepthMax} levels.`,
        location: source.locate(shift + parser.offset),
        fix: "Write it flatter.",
      });
    }
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return inspect(documents, source, shift);
}

function inspect(
  documents: readonly Document.Parsed[],
  source: SourceText,
  shift: number,
): Composed {
  const [first, second] = documents;
  assert(first !== undefined, "a document is made even of an empty text");
  const errors = first.errors.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
  if (errors.length > 0) {
    const found = errors
      .slice(0, 4 * problemsMax)
      .map((error) => yamlProblem(error, source, shift));
    return { document: null, problems: firstOfEachLine(found).slice(0, problemsMax) };
  }
  if (second !== undefined) {
    return refused({
      code: "yaml-documents",
      severity: "error",
      message: "A second document begins here, and a file holds one.",
      location: source.locate(shift + second.range[0]),
      fix: "Move it to a file of its own, or remove the `---`.",
    });
  }
  return { document: first, problems: [] };
}

/** What follows on the same line mostly follows from the first. */
function firstOfEachLine(problems: readonly Problem[]): readonly Problem[] {
  const lines = new Set<number>();
  return problems.filter(({ location: { line } }) => !lines.has(line) && lines.add(line));
}

function refused(problem: Problem): Composed {
  return { document: null, problems: [problem] };
}

function directiveProblem(
  source: SourceText,
  shift: number,
  token: { readonly offset: number; readonly source: string },
): Problem {
  return {
    code: "yaml-directive",
    severity: "error",
    message: "A YAML directive changes how the file is read, and none is supported.",
    location: source.locate(shift + token.offset, shift + token.offset + token.source.length),
    fix: "Remove the line.",
  };
}
