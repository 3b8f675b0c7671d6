import { type CheckExpression, expressionsOfChecks } from "./check-expression.ts";
import { type ModelForm, modelForm } from "./model-form.ts";
import { nameForm, toName } from "./name-form.ts";
import { duplicateChecks } from "./parse-attributes.ts";
import { documentSizeMax, parseDocument } from "./parse-document.ts";
import type { PositionedDocument } from "./positioned-document.ts";
import type { Location, Problem } from "./problem.ts";
import { readForm } from "./read-form.ts";
import { secretInText } from "./secret-name.ts";
import type { SourceText } from "./source-text.ts";
import { scanSql } from "./sql-scanner.ts";
import { textProblem } from "./text-problem.ts";

/** What could be read of one model's file, before its SQL is analyzed. */
export interface ModelDraft {
  readonly name: string;
  readonly source: SourceText;
  /** The beginning of its SQL: where a problem of the whole model is shown. */
  readonly location: Location;
  /** `null` where the leading block has problems of its own. */
  readonly form: ModelForm | null;
  /** The leading block, where there is one that is YAML. */
  readonly header: PositionedDocument | null;
  /** What the warehouse gets: without the leading block and a closing semicolon. */
  readonly sql: string;
  /** Where `sql` begins in the file. */
  readonly sqlStart: number;
  /** Of the leading block's checks. */
  readonly expressions: readonly CheckExpression[];
}

/** Reads the name and the leading block of one model, and sets its SQL apart. */
export function parseModel(source: SourceText): {
  readonly draft: ModelDraft | null;
  readonly problems: readonly Problem[];
} {
  const { text } = source;
  const wrongText = textProblem(source, { start: 0, end: text.length }, documentSizeMax);
  if (wrongText !== null) return { draft: null, problems: [wrongText] };
  const stem = source.file.slice(source.file.lastIndexOf("/") + 1).replace(/\.sql$/, "");
  const problems: Problem[] = [];
  problems.push(...nameProblems(stem, source));
  const header = readHeader(source, stem);
  problems.push(...header.problems);
  const { sql, start } = cutSql(text, header.end);
  const location = source.locate(start, lineEnd(text, start));
  if (sql === "") {
    problems.push({
      code: "model-without-sql",
      severity: "error",
      message: `Model \`${stem}\` has no SQL.`,
      location: source.locate(header.end),
      fix: "Write one SELECT.",
    });
  }
  problems.push(...misplacedBlock(source, header.end), ...secretInModel(source));
  const { form, document } = header;
  const expressions = document === null ? [] : expressionsOfChecks(document, ["checks"]);
  return {
    draft: {
      name: stem,
      source,
      location,
      form,
      header: document,
      sql,
      sqlStart: start,
      expressions,
    },
    problems,
  };
}

function nameProblems(stem: string, source: SourceText): readonly Problem[] {
  const issue = nameForm.safeParse(stem).error?.issues[0];
  if (issue === undefined) return [];
  const better = toName(stem);
  const isBetter = better !== stem && nameForm.safeParse(better).success;
  return [
    {
      code: "bad-name",
      severity: "error",
      message: `A model is named by its file, and the name \`${stem}\` ${issue.message}.`,
      location: source.locate(0),
      fix: isBetter ? `Rename the file to \`${better}.sql\`.` : "Rename the file.",
    },
  ];
}

const skipped = /(?:\s+|--[^\n]*(?:\n|$))*/y;
const blockOpening = /\/\*[ \t]*sluice\b/y;

/** The first comment that is a block of Sluice; white space and other comments may come before it. */
function leadingBlock(
  text: string,
): { readonly start: number; readonly contentStart: number } | null {
  let start = 0;
  for (;;) {
    skipped.lastIndex = start;
    start += skipped.exec(text)?.[0].length ?? 0;
    blockOpening.lastIndex = start;
    const opening = blockOpening.exec(text);
    if (opening !== null) return { start, contentStart: start + opening[0].length };
    const close = text.startsWith("/*", start) ? text.indexOf("*/", start + 2) : -1;
    if (close < 0) return null;
    start = close + 2;
  }
}

interface Header {
  readonly form: ModelForm | null;
  readonly document: PositionedDocument | null;
  /** The offset after the block; 0 without one. */
  readonly end: number;
  readonly problems: readonly Problem[];
}

function readHeader(source: SourceText, name: string): Header {
  const opened = leadingBlock(source.text);
  if (opened === null) return { form: {}, document: null, end: 0, problems: [] };
  const close = source.text.indexOf("*/", opened.contentStart);
  if (close < 0) {
    const problem: Problem = {
      code: "block-not-closed",
      severity: "error",
      message: "The leading `/* sluice` block is never closed.",
      location: source.locate(opened.start, opened.contentStart),
      fix: "Add `*/` after its last line.",
    };
    return { form: null, document: null, end: source.text.length, problems: [problem] };
  }
  const end = close + 2;
  const { document, problems } = parseDocument(source, { start: opened.contentStart, end: close });
  if (document === null) return { form: null, document, end, problems };
  const context = { document, path: [], what: `model \`${name}\`` };
  // An empty block says nothing, which is what a file without one says too.
  const read = readForm(modelForm, document.value ?? {}, context);
  const all = [...problems, ...read.problems, ...duplicateChecks(read.value?.checks, context)];
  return {
    form: read.value,
    document,
    end,
    problems: [...all, ...quarantined(document)],
  };
}

/** Only a source has a table for the rows that are set aside. */
function quarantined(document: PositionedDocument): readonly Problem[] {
  const checks = document.at(["checks"]);
  if (!Array.isArray(checks)) return [];
  return checks.flatMap((_, at): readonly Problem[] => {
    if (document.at(["checks", at, "on_fail"]) !== "quarantine") return [];
    return [
      {
        code: "quarantine-on-model",
        severity: "error",
        message: "A model's rows cannot be set aside: they are computed, and would come again.",
        location: document.locate(["checks", at, "on_fail"]),
        fix: "Write `on_fail: fail` or `warn`; or set the rows aside in the source.",
      },
    ];
  });
}

/** The SQL without white space around it, and without one closing semicolon and what follows it. */
function cutSql(text: string, from: number): { readonly sql: string; readonly start: number } {
  const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  const body = text.slice(start);
  const tokens = scanSql(body);
  const last = tokens.at(-1);
  if (last === undefined) return { sql: "", start };
  const end = last.text === ";" && last.kind === "mark" ? last.start : body.length;
  return { sql: body.slice(0, end).trimEnd(), start };
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

/** A block that does not lead is a comment to the warehouse, and would be one to Sluice. */
function misplacedBlock(source: SourceText, from: number): readonly Problem[] {
  const at = source.text.slice(from).search(/\/\*[ \t]*sluice\b/);
  if (at < 0) return [];
  return [
    {
      code: "block-not-leading",
      severity: "error",
      message: "A `/* sluice` block counts only before the SQL, and once.",
      location: source.locate(from + at, lineEnd(source.text, from + at)),
      fix: "Move it to the beginning of the file.",
    },
  ];
}

function secretInModel(source: SourceText): readonly Problem[] {
  const span = secretInText(source.text, false);
  if (span === null) return [];
  return [
    {
      code: "secret-in-clear",
      severity: "error",
      message: "A secret stands in clear, where everyone who reads this file can read it.",
      location: source.locate(span.start, Math.min(span.end, lineEnd(source.text, span.start))),
      fix: "Reach the system by a connection, whose options refer to secrets.",
    },
  ];
}
