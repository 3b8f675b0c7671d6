import { displayWidth } from "./display-width.ts";

/** Breaks a text at spaces into lines of at most `width` columns; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Wraps a text whose first line begins with `first` and whose other lines are indented as far. */
export function wrapUnder(first: string, text: string, width: number): readonly string[] {
  const indent = displayWidth(first);
  return wrap(text, Math.max(width - indent, 20)).map((line, index) =>
    index === 0 ? first + line : " ".repeat(indent) + line,
  );
}
