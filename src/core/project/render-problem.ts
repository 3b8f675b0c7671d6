import { maskLine } from "./mask-secrets.ts";
import type { Problem } from "./problem.ts";

/** How parts of a rendered problem are coloured; by default they are not. */
export interface ProblemPaint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  /** Line numbers and bars. */
  readonly frame: (text: string) => string;
  readonly fix: (text: string) => string;
}

const plain = (text: string) => text;
const noPaint: ProblemPaint = { error: plain, warning: plain, frame: plain, fix: plain };

/** The widest piece of a line that is shown. */
const widthMax = 120;

/**
 * A problem as people read it: what is wrong, where, the line with a mark, and what to write
 * instead. Secrets in the line are masked, and nothing in it can steer a terminal.
 * @param text the file's text, or `undefined` when it could not be read.
 */
export function renderProblem(
  problem: Problem,
  text: string | undefined,
  paint: ProblemPaint = noPaint,
): string {
  const { severity, code, message, location, fix } = problem;
  const place = `${location.file}:${location.line}:${location.column}`;
  const frame = text === undefined ? null : codeFrame(problem, text);
  const gutter = " ".repeat(frame?.number.length ?? 1);
  const bar = paint.frame(`${gutter} |`);
  const colour = paint[severity];
  const lines = [
    `${colour(`${severity} ${code}:`)} ${visible(message)}`,
    `${gutter}${paint.frame("-->")} ${visible(place)}`,
  ];
  if (frame !== null) {
    lines.push(
      bar,
      `${paint.frame(`${frame.number} |`)} ${frame.line}`,
      `${bar} ${" ".repeat(frame.markStart)}${colour("^".repeat(frame.markLength))}`,
    );
  }
  if (fix !== undefined)
    lines.push(`${gutter} ${paint.frame("=")} ${paint.fix(`help: ${visible(fix)}`)}`);
  return lines.join("\n");
}

interface Frame {
  readonly number: string;
  readonly line: string;
  readonly markStart: number;
  readonly markLength: number;
}

function codeFrame({ location }: Problem, text: string): Frame | null {
  const lines = text.split(/\r?\n/);
  const raw = lines[location.line - 1];
  if (raw === undefined || raw.trim() === "") return null;
  const masked = maskLine(lines, location.line - 1);
  const from = Math.min(location.column - 1, raw.length);
  const isOneLine = location.endLine === undefined || location.endLine === location.line;
  const isOpen = location.endColumn === undefined;
  const to = Math.min(
    isOpen ? from + 1 : isOneLine ? location.endColumn - 1 : raw.length,
    raw.length,
  );
  const start = masked.columnOf(from, "start");
  const end = Math.max(start + 1, masked.columnOf(to, "end"));
  return { number: String(location.line), ...window(visible(masked.text), start, end) };
}

/** The part of a long line that holds the mark. */
function window(line: string, start: number, end: number) {
  if (line.length <= widthMax) return { line, markStart: start, markLength: end - start };
  const from = Math.max(0, Math.min(start - 40, line.length - widthMax));
  const to = Math.min(line.length, from + widthMax);
  const before = from > 0 ? "…" : "";
  const after = to < line.length ? "…" : "";
  return {
    line: before + line.slice(from, to) + after,
    markStart: start - from + before.length,
    markLength: Math.max(1, Math.min(end, to) - start),
  };
}

/** Each control character becomes one visible character, so that columns stay what they are. */
function visible(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replaceAll(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "�");
}
