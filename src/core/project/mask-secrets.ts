import { closestName } from "../std/closest-name.ts";
import { isSecretName, secretSpans } from "./secret-name.ts";

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line with its secrets replaced, and the way from columns (from 0) of the one to the other. */
export interface MaskedLine {
  readonly text: string;
  readonly columnOf: (column: number, edge: "start" | "end") => number;
}

const mask = "***";

/**
 * One line of a file as it may be shown: values of keys that name secrets, passwords in URLs and
 * private keys are replaced, also where they go on over several lines. Rather too much than too
 * little is hidden, because the file may be broken.
 */
export function maskLine(lines: readonly string[], index: number): MaskedLine {
  const line = lines[index] ?? "";
  const isHidden = isInPrivateKey(lines, index) || isInSecretBlock(lines, index);
  const indent = indentOf(line);
  const spans = isHidden
    ? [{ start: indent, end: line.length }]
    : disjoint([...keyedSecrets(line), ...secretSpans(line, true)]);
  let text = "";
  let from = 0;
  for (const span of spans) {
    text += line.slice(from, span.start) + mask;
    from = span.end;
  }
  text += line.slice(from);
  return { text, columnOf: (column, edge) => moved(column, edge, spans) };
}

function moved(column: number, edge: "start" | "end", spans: readonly Span[]): number {
  let shift = 0;
  for (const { start, end } of spans) {
    if (column <= start) break;
    if (column < end) return start + shift + (edge === "start" ? 0 : mask.length);
    shift += mask.length - (end - start);
  }
  return column + shift;
}

/** A misspelt name of a secret has a secret for its value all the same. */
function mayNameSecret(name: string): boolean {
  const secrets = ["password", "passphrase", "token", "secret", "api_key", "private_key"];
  return isSecretName(name) || (name.length >= 5 && closestName(name, secrets) !== null);
}

const keyed = /(["']?)([A-Za-z_][\w.-]{0,100})\1\s*[:=](?!:)\s*(?=\S)/g;

/** Values of keys that name secrets, up to the end of the line or of the value in brackets. */
function keyedSecrets(line: string): readonly Span[] {
  return [...line.matchAll(keyed)].flatMap((match) => {
    if (!mayNameSecret(match[2] ?? "")) return [];
    const start = match.index + match[0].length;
    const rest = line.slice(start);
    if (/^["']?\$\{[^}]*\}["']?\s*([,}\]#]|$)/.test(rest) || /^[|>][-+\d]*\s*$/.test(rest))
      return [];
    return [{ start, end: start + valueLength(rest, line.slice(0, start).includes("{")) }];
  });
}

function valueLength(rest: string, isInBrackets: boolean): number {
  const quoted = /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(rest)?.[0];
  if (quoted !== undefined) return quoted.length;
  const end = isInBrackets && !/^["']/.test(rest) ? rest.search(/[,}]/) : -1;
  return end < 0 ? rest.length : end;
}

function disjoint(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return merged;
}

function isInPrivateKey(lines: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? "";
    if (line.includes("-----END ")) return false;
    if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line)) return true;
  }
  return false;
}

/** Whether a line belongs to the value of a key above it that names a secret. */
function isInSecretBlock(lines: readonly string[], index: number): boolean {
  let indent = indentOf(lines[index] ?? "");
  for (let at = index - 1; at >= 0 && indent > 0; at -= 1) {
    const line = lines[at] ?? "";
    const outer = indentOf(line);
    if (line.trim() === "" || outer >= indent) continue;
    indent = outer;
    const key = /^\s*(?:-\s+)*["']?([\w.-]{1,100})["']?\s*:/.exec(line)?.[1];
    if (key !== undefined && mayNameSecret(key)) return true;
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
