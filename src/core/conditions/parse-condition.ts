import { type ASTNode, TypeError as CelTypeError, ParseError } from "@marcbachmann/cel-js";
import { TEXT_LENGTH_MAX } from "./budget.ts";
import type { DeclaredScope } from "./cel-environment.ts";
import { ConditionFault, unsupportedFault } from "./condition-fault.ts";
import { maskComments } from "./mask-comments.ts";

/** A condition as the parser sees it, with its own type check as a second opinion. */
export interface ParsedCondition {
  readonly ast: ASTNode;
  /** The text without comments; its offsets are the condition's. */
  readonly masked: string;
  /** @throws ConditionFault when the parser's type checker does not accept it. */
  confirmTypes(): void;
}

/** @throws ConditionFault when the text is no expression, or one too large. */
export function parseCondition(text: string, scope: DeclaredScope): ParsedCondition {
  if (text.length > TEXT_LENGTH_MAX) {
    const size = `${text.length} characters, more than ${TEXT_LENGTH_MAX}`;
    throw unsupportedFault(
      { start: TEXT_LENGTH_MAX, end: text.length },
      `It has ${size}.`,
      tooLargeFix,
    );
  }
  if (text.trim() === "") {
    throw new ConditionFault({
      code: "condition-syntax",
      message: "The condition is empty.",
      start: 0,
      end: text.length,
      fix: 'Write an expression that is true or false, such as `source.kind == "file"`.',
    });
  }
  const masked = maskComments(text);
  try {
    const parsed = scope.environment.parse(masked);
    return {
      ast: parsed.ast,
      masked,
      confirmTypes() {
        const { error } = parsed.check();
        // It breaks down over empty lists, with an error of another class: that is no verdict.
        if (error instanceof CelTypeError) throw faultOf(error, text);
      },
    };
  } catch (error) {
    if (error instanceof ParseError || error instanceof CelTypeError) throw faultOf(error, text);
    throw error;
  }
}

function faultOf(error: ParseError | CelTypeError, text: string): ConditionFault {
  const start = Math.min(error.range?.start ?? 0, text.length);
  const end = Math.min(Math.max(error.range?.end ?? text.length, start), text.length);
  const isLimit = error.code === "limit_exceeded";
  const isSyntax = error instanceof ParseError && !isLimit;
  return new ConditionFault({
    code: isLimit ? "condition-unsupported" : isSyntax ? "condition-syntax" : "condition-type",
    message: describe(error.code, error.summary),
    start,
    end,
    fix: isLimit ? tooLargeFix : isSyntax ? syntaxFix(text, start) : typeFix,
  });
}

const tooLargeFix = "Split it into several rules, or move long lists to `params`.";
const typeFix = "Compare values of one type; convert one of them, as in `string(…)` or `int(…)`.";

/** The parser names its tokens in capitals; people know them by their signs. */
const tokenNames: Readonly<Record<string, string>> = {
  EOF: "the end",
  LPAREN: "`(`",
  RPAREN: "`)`",
  LBRACKET: "`[`",
  RBRACKET: "`]`",
  LBRACE: "`{`",
  RBRACE: "`}`",
  IDENTIFIER: "a name",
  NUMBER: "a number",
  STRING: "a text",
  BOOLEAN: "true or false",
  COLON: "`:`",
  COMMA: "`,`",
  DOT: "`.`",
  AND: "`&&`",
  OR: "`||`",
  EQ: "`==`",
};

function describe(code: string, summary: string): string {
  if (code === "limit_exceeded") return `The condition is too large: ${summary}.`;
  const words = summary.replace(/\b[A-Z]{2,}\b/g, (token) => tokenNames[token] ?? token);
  return words.endsWith(".") ? words : `${words}.`;
}

/** What people bring along from other languages. */
function syntaxFix(text: string, at: number): string {
  const rest = text.slice(at);
  if (/^=(?!=)/.test(rest)) return "Write `==` to compare.";
  if (/^[&|](?![&|])/.test(rest)) return `Write \`${rest[0]}${rest[0]}\`.`;
  if (/^and\b/i.test(rest)) return "Write `&&`.";
  if (/^or\b/i.test(rest)) return "Write `||`.";
  if (/^not\b/i.test(rest)) return "Write `!`.";
  if (/^<>/.test(text.slice(Math.max(0, at - 1)))) return "Write `!=`.";
  if (rest.trim() === "")
    return "Finish the expression: an operand or a closing bracket is missing.";
  return "Correct it here or just before: an operator, quote or bracket too many or too few.";
}
