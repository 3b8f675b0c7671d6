import type { TableReference } from "./sql-analysis.ts";
import type { SqlToken } from "./sql-scanner.ts";

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a table reference stands in the SQL: after FROM, JOIN or a comma where that is the case. */
export function findReference(
  tokens: readonly SqlToken[],
  { schema, name }: TableReference,
): Span | null {
  const found = tokens.flatMap((_, at) => {
    const spans = schema === "" ? matchName(tokens, at, name) : matchBoth(tokens, at, schema, name);
    const before = tokens[at - 1];
    const isTable = before !== undefined && /^(from|join|,|\()$/i.test(before.text);
    return spans === null ? [] : [{ ...spans, isTable }];
  });
  const best = found.find(({ isTable }) => isTable) ?? found[0];
  return best === undefined ? null : { start: best.start, end: best.end };
}

function isNamed(token: SqlToken | undefined, name: string): boolean {
  if (token === undefined || token.kind === "mark") return false;
  const text = token.kind === "text" ? token.text.replaceAll(/^'|'$/g, "") : token.text;
  return text.toLowerCase() === name.toLowerCase();
}

function matchName(tokens: readonly SqlToken[], at: number, name: string): Span | null {
  const token = tokens[at];
  if (token === undefined || !isNamed(token, name)) return null;
  const isPart = tokens[at - 1]?.text === "." || tokens[at + 1]?.text === ".";
  return isPart ? null : { start: token.start, end: token.end };
}

function matchBoth(
  tokens: readonly SqlToken[],
  at: number,
  schema: string,
  name: string,
): Span | null {
  const [first, dot, last] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (first === undefined || last === undefined || dot?.text !== ".") return null;
  if (!isNamed(first, schema) || !isNamed(last, name)) return null;
  return { start: first.start, end: last.end };
}
