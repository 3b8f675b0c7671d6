import { isWellFormed } from "../std/canonical-json.ts";
import type { Problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";

/** What makes a text unfit to be read at all: its size, or a character that no text holds. */
export function textProblem(
  source: SourceText,
  range: { readonly start: number; readonly end: number },
  sizeMax: number,
): Problem | null {
  if (range.end - range.start > sizeMax) {
    return {
      code: "file-too-large",
      severity: "error",
      message: `The text is larger than ${sizeMax} bytes, which no file written by people is.`,
      location: source.locate(range.start),
      fix: "Split it into several files.",
    };
  }
  const text = source.text.slice(range.start, range.end);
  const at = controlCharacter(text);
  if (at < 0 && isWellFormed(text)) return null;
  const start = range.start + Math.max(0, at);
  return {
    code: "bad-encoding",
    severity: "error",
    message:
      "The text holds a control character or half a character, so it may not be text at all.",
    location: source.locate(start, start + 1),
    fix: "Save the file as UTF-8 text without control characters.",
  };
}

/** Tab, line feed and carriage return are the only ones that text has. */
function controlCharacter(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f) return at;
  }
  return -1;
}
