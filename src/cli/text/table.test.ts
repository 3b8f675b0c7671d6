import fc from "fast-check";
import { expect, test } from "vitest";
import { clip, displayWidth, pad } from "./display-width.ts";
import { printable, printableLines } from "./printable.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./wrap.ts";

const anyText = fc.string({ unit: "binary", maxLength: 40 });

test("no text can steer a terminal once it is printable", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("printable text that needs no escape is itself", () => {
  expect(printable("Zürich 東京 🚲")).toBe("Zürich 東京 🚲");
  expect(printable("a\tb\u202ec")).toBe("a\\tb\\u{202e}c");
  expect(printableLines("one\r\ntwo\u0007")).toEqual(["one", "two\\u{7}"]);
});

test.each([
  ["abc", 3],
  ["東京", 4],
  ["e\u0301", 1],
  ["🚲", 2],
  ["", 0],
])("%s takes %d columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test("a clipped text fits, and a text that fits is not clipped", () => {
  fc.assert(
    fc.property(anyText.map(printable), fc.integer({ min: 1, max: 50 }), (text, width) => {
      const clipped = clip(text, width);
      expect(displayWidth(clipped)).toBeLessThanOrEqual(width);
      if (displayWidth(text) <= width) expect(clipped).toBe(text);
    }),
  );
});

test("padding fills up to a width, on the side that was asked for", () => {
  expect(pad("東", 4)).toBe("東  ");
  expect(pad("7", 3, "right")).toBe("  7");
  expect(pad("long", 2)).toBe("long");
});

test("wrapping loses no word, and no line of several words is too wide", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (given, width) => {
      const lines = wrap(given.join(" "), width);
      expect(lines.join(" ")).toBe(given.join(" "));
      for (const line of lines) {
        if (line.includes(" ")) expect(line.length).toBeLessThanOrEqual(width);
      }
    }),
  );
});

test("a table fits the terminal as far as its columns may shrink", () => {
  const rows = fc.array(fc.tuple(anyText, anyText), { maxLength: 8 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 20, max: 60 }), (cells, width) => {
      const columns = [
        { title: "LEFT", shrinkTo: 4 },
        { title: "RIGHT", shrinkTo: 5, align: "right" },
      ] as const;
      for (const line of renderTable(columns, cells, { width })) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});

test("columns line up under wide characters, and paint does not move them", () => {
  const paint = (text: string) => `<${text}>`;
  const lines = renderTable(
    [{ title: "NAME" }, { title: "N", align: "right" }, { title: "NOTE" }],
    [
      ["東京", "1", "x"],
      [{ text: "a$&", paint }, "22", ""],
    ],
    { width: Infinity },
  );
  expect(lines).toEqual(["NAME   N  NOTE", "東京   1  x", "<a$&>   22"]);
});
