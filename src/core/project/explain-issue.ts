import type { z } from "zod";
import { closestName } from "../std/closest-name.ts";
import type { Json } from "../std/json.ts";
import { listNames, nameFix } from "./did-you-mean.ts";
import { formNodeAt } from "./form-schema.ts";
import { toName } from "./name-form.ts";
import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import { isSecretName } from "./secret-name.ts";

/** What a form is about, for the words and places of its problems. */
export interface FormContext {
  readonly document: PositionedDocument;
  /** Where in the document the form stands. */
  readonly path: DocumentPath;
  /** The subject of the sentences, such as "source `flights`". */
  readonly what: string;
  /** Keys that may stand there too, because another schema reads them. */
  readonly otherKeys?: readonly string[];
}

type Issue = z.core.$ZodIssue;

/** The problems that one issue of a schema stands for. No value is repeated that may be a secret. */
export function explainIssue(issue: Issue, schema: z.ZodType, context: FormContext): Problem[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const place = new Place(schema, context, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(place, key));
    case "invalid_type":
      return [place.isMissing ? place.missing() : wrongType(place, [issue.expected])];
    case "invalid_value":
      return [place.isMissing ? place.missing() : notAllowed(place, issue.values.map(String))];
    case "invalid_union":
      return explainUnion(issue, schema, context);
    case "too_small":
      return [outOfRange(place, issue.origin, "at least", issue.minimum)];
    case "too_big":
      return [outOfRange(place, issue.origin, "at most", issue.maximum)];
    case "invalid_key":
      return [
        place.problem(
          "bad-name",
          sentence(place, issue.issues[0]?.message ?? ""),
          keyFix(place, issue),
          "key",
        ),
      ];
    case "custom":
    case "invalid_format":
    case "not_multiple_of":
    case "invalid_element":
      return [ownWords(place, issue)];
  }
}

/** A place in a form: its words and its location. */
class Place {
  readonly schema: z.ZodType;
  readonly context: FormContext;
  readonly path: DocumentPath;
  readonly fullPath: DocumentPath;
  readonly value: Json | undefined;

  constructor(schema: z.ZodType, context: FormContext, path: DocumentPath) {
    this.schema = schema;
    this.context = context;
    this.path = path;
    this.fullPath = [...context.path, ...path];
    this.value = context.document.at(this.fullPath);
  }

  get isMissing(): boolean {
    return this.value === undefined && this.path.length > 0;
  }

  /** "`retry.attempts` in source `flights`". */
  get words(): string {
    const { what } = this.context;
    return this.path.length === 0 ? capital(what) : `\`${pathText(this.path)}\` in ${what}`;
  }

  get isSecret(): boolean {
    return this.path.some((step) => typeof step === "string" && isSecretName(step));
  }

  problem(
    code: string,
    message: string,
    fix: { readonly fix: string },
    at: "key" | "value" = "value",
  ): Problem {
    const { document } = this.context;
    const location =
      at === "key" ? document.locateKey(this.fullPath) : document.locate(this.fullPath);
    return { code, severity: "error", message, location, ...fix };
  }

  missing(): Problem {
    const { description, example } = formNodeAt(this.schema, this.path);
    const key = String(this.path.at(-1));
    const parent = this.path.slice(0, -1);
    const owner =
      parent.length === 0
        ? capital(this.context.what)
        : `\`${pathText(parent)}\` in ${this.context.what}`;
    const about = description === null ? "" : ` (${description.replace(/\.$/, "")})`;
    const fix = `Add \`${key}: ${example ?? "…"}\`${about}.`;
    return this.problem(
      "missing-key",
      `${owner} has no \`${key}\`, which it needs.`,
      { fix },
      "key",
    );
  }
}

function unknownKey(place: Place, key: string): Problem {
  const node = formNodeAt(place.schema, place.path);
  const own = place.path.length === 0 ? (place.context.otherKeys ?? []) : [];
  const inner = new Place(place.schema, place.context, [...place.path, key]);
  const close = nameFix(key, [...new Set([...node.keys, ...own])].sort());
  return inner.problem("unknown-key", `Unknown key ${inner.words}.`, close, "key");
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  null: "null",
};

function wrongType(place: Place, expected: readonly string[]): Problem {
  const wanted = [...new Set(expected.map((type) => typeWords[type] ?? type))];
  const needs = wanted.length < 2 ? wanted.join("") : wanted.join(" or ");
  const message = `${place.words} must be ${needs}, but is ${valueWords(place.value)}.`;
  return place.problem("wrong-type", message, typeFix(place, expected, needs));
}

function valueWords(value: Json | undefined): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "`true` or `false`";
  return Number.isInteger(value) ? "a whole number" : "a number";
}

function typeFix(
  place: Place,
  expected: readonly string[],
  needs: string,
): { readonly fix: string } {
  const { example, keys } = formNodeAt(place.schema, place.path);
  if (expected.includes("boolean")) return { fix: "Write `true` or `false`, without quotes." };
  if (example !== null) return { fix: `Write a value such as \`${example}\`.` };
  if (place.value === null && place.path.length > 0) {
    return { fix: `Write ${needs}, or remove the key.` };
  }
  if (expected.includes("array")) {
    const isObject = typeof place.value === "object";
    return {
      fix: `Write a list, ${isObject ? "with `- ` before each entry" : "such as `[a, b]`"}.`,
    };
  }
  if (expected.includes("string") && typeof place.value === "number") {
    return { fix: "Put it in quotes." };
  }
  if (keys.length > 0) return { fix: `Write a mapping with ${listNames(keys)}.` };
  const isNumber = expected.includes("number") || expected.includes("int");
  return { fix: isNumber ? `Write ${needs} without quotes, such as \`5\`.` : `Write ${needs}.` };
}

function notAllowed(place: Place, options: readonly string[]): Problem {
  const { value } = place;
  const canRepeat = typeof value === "string" && value.length <= 60 && !place.isSecret;
  const given = canRepeat ? `, but is \`${value}\`` : "";
  const choice = options.length === 1 ? "" : "one of ";
  const message = `${place.words} must be ${choice}${listNames(options, "or")}${given}.`;
  const close = canRepeat ? closestName(value, options) : null;
  return place.problem("not-allowed-value", message, {
    fix: close === null ? `Write ${listNames(options, "or")}.` : `Did you mean \`${close}\`?`,
  });
}

function outOfRange(
  place: Place,
  origin: string,
  side: "at least" | "at most",
  bound: number | bigint,
): Problem {
  if (place.isMissing) return place.missing();
  const unit = origin === "string" ? "character" : origin === "array" ? "entry" : null;
  const plural = unit === "entry" ? "entries" : `${unit}s`;
  const must =
    unit === null ? `be ${side} ${bound}` : `have ${side} ${bound} ${bound === 1 ? unit : plural}`;
  const fix = unit === null ? boundFix(side, bound) : sizeFix(place, unit, side);
  return place.problem("out-of-range", `${place.words} must ${must}.`, { fix });
}

function boundFix(side: "at least" | "at most", bound: number | bigint): string {
  return `Write \`${bound}\` or ${side === "at least" ? "more" : "less"}.`;
}

function sizeFix(place: Place, unit: "character" | "entry", side: "at least" | "at most"): string {
  if (side === "at most") return unit === "entry" ? "Leave some of them out." : "Shorten it.";
  const { example } = formNodeAt(place.schema, place.path);
  if (example !== null) return `Write a value such as \`${example}\`.`;
  return unit === "entry" ? "Add an entry, or remove the key." : "Write a text, or remove the key.";
}

/**
 * The branch that was meant: the one that fits in type and has the fewest issues. Where none
 * fits, the types that would.
 */
function explainUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  schema: z.ZodType,
  context: FormContext,
): Problem[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const place = new Place(schema, context, path);
  const options: unknown = Reflect.get(issue, "options");
  if (place.isMissing) return [place.missing()];
  if (Array.isArray(options))
    return [notAllowed(place, options.filter((option) => option !== undefined).map(String))];
  const fitting = issue.errors
    .filter((branch) => !branch.some(isAboutWhole))
    .sort((left, right) => left.length - right.length);
  const isScalar = typeof place.value !== "object" || place.value === null;
  const choice = issue.errors.find((branch) => branch[0]?.code === "invalid_value");
  const meant = fitting[0] ?? (isScalar ? choice : undefined);
  if (meant === undefined) return [wrongType(place, issue.errors.flatMap(expectedTypes))];
  return meant.flatMap((inner) =>
    explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, schema, context),
  );
}

function isAboutWhole({ path, code }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function expectedTypes(branch: readonly Issue[]): readonly string[] {
  return branch.flatMap((issue) => (issue.code === "invalid_type" ? [issue.expected] : []));
}

/** An issue for which the schema has words of its own. */
function ownWords(place: Place, issue: Issue): Problem {
  const params: unknown = issue.code === "custom" ? issue.params : undefined;
  const own: unknown = Object(params).fix;
  const text = /^Invalid /.test(issue.message) ? "does not have the right form" : issue.message;
  const fix = { fix: typeof own === "string" ? own : formFix(place, issue) };
  const code = issue.code === "custom" ? "invalid-value" : "bad-format";
  return place.problem(code, sentence(place, text), fix);
}

/** What a value of the right form would be: the nearest, an example, or what is meant by it. */
function formFix(place: Place, issue: Issue): string {
  const { example, description } = formNodeAt(place.schema, place.path);
  if (example !== null) return `Write a value such as \`${example}\`.`;
  const name = place.isSecret ? null : nearestName(place.value, issue);
  if (name !== null) return `Write \`${name}\`.`;
  if (description !== null) return `What belongs here: ${description.replace(/\.$/, "")}.`;
  return "Write another value, or remove it.";
}

function keyFix(place: Place, { issues }: Extract<Issue, { code: "invalid_key" }>) {
  const [issue] = issues;
  const name = issue === undefined ? null : nearestName(place.path.at(-1), issue);
  return { fix: name === null ? "Choose another name." : `Write \`${name}\`.` };
}

/** The text with what its pattern does not take left out or replaced; `null` where that is no help. */
function nearestName(value: Json | undefined, issue: Issue): string | null {
  if (typeof value !== "string" || value.length > 100) return null;
  if (issue.code !== "invalid_format" || issue.format !== "regex") return null;
  const source = /^\/(.*)\/$/.exec(issue.pattern ?? "")?.[1];
  if (source === undefined) return null;
  const pattern = new RegExp(source);
  const plain = value.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replaceAll(/^[_-]+|[_-]+$/g, "");
  const candidates = [plain.toLowerCase(), plain, toName(value)];
  return candidates.find((name) => /[A-Za-z0-9]/.test(name) && pattern.test(name)) ?? null;
}

/** A schema's words are a sentence, or go on from the field's name. */
function sentence(place: Place, text: string): string {
  const ended = /[.?!]$/.test(text) ? text : `${text}.`;
  return /^[a-z]/.test(ended) ? `${place.words} ${ended}` : ended;
}

/** `sources[2].checks`: how a path is said. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
