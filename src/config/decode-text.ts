import type { Problem } from "../core/project/problem.ts";

/** The text of a file, or why it is none. */
export type DecodedText =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: Problem };

/** Reads bytes as UTF-8, with or without a byte order mark; nothing is replaced or guessed. */
export function decodeText(bytes: Uint8Array, file: string): DecodedText {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), problem: null };
  } catch {
    // The decoder tells that it failed and not where, so the place is found by us.
    return { text: null, problem: encodingProblem(bytes, file) };
  }
}

function encodingProblem(bytes: Uint8Array, file: string): Problem {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const before = validPrefix(bytes);
  const lines = before.split("\n");
  return {
    code: "bad-encoding",
    severity: "error",
    message: isUtf16
      ? "The file is UTF-16, and only UTF-8 is read."
      : "The file is not UTF-8 text.",
    location: { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 },
    fix: "Save it as UTF-8.",
  };
}

/** The text before the first byte that is not UTF-8, found by halving. */
function validPrefix(bytes: Uint8Array): string {
  let low = 0;
  let high = bytes.length;
  let text = "";
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      text = decoder.decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      // The fault lies before the middle.
      high = middle - 1;
    }
  }
  return text;
}
