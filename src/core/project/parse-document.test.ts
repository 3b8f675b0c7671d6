import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { canonicalJson } from "../std/canonical-json.ts";
import { parseDocument } from "./parse-document.ts";
import { sourceText } from "./source-text.ts";

function parse(text: string) {
  return parseDocument(sourceText("a.yaml", text));
}

function codes(text: string) {
  return parse(text).problems.map(
    ({ code, location }) => `${code} ${location.line}:${location.column}`,
  );
}

describe("parseDocument refuses", () => {
  test.each([
    ["an alias", "a: &x [1]\nb: *x\n", ["yaml-alias 2:4"]],
    ["a merge key", "a:\n  <<: { b: 1 }\n", ["yaml-merge-key 2:3"]],
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", ["duplicate-key 3:1"]],
    ["a tab as indentation", "a:\n\tb: 1\n", ["yaml-syntax 2:1"]],
    ["a tag", "a: !!binary aGk=\n", ["yaml-tag 1:13"]],
    ["a tag of its own", "a: !secret x\n", ["yaml-tag 1:12"]],
    ["a directive", "%YAML 1.1\n---\na: yes\n", ["yaml-directive 1:1"]],
    ["two documents", "a: 1\n---\nb: 2\n", ["yaml-documents 2:1"]],
    ["a prototype key", "a:\n  __proto__: { b: 1 }\n", ["forbidden-key 2:3"]],
    ["a constructor key", "constructor: 1\n", ["forbidden-key 1:1"]],
    ["infinity", "a: .inf\n", ["yaml-number 1:4"]],
    ["an integer that loses digits", "a: 12345678901234567890\n", ["yaml-number 1:4"]],
    ["half a character", 'a: "\\ud800"\n', ["yaml-text 1:4"]],
    ["a mapping as a key", "? { a: 1 }\n: 2\n", ["yaml-syntax 1:3"]],
    ["a control character", "a: \u0000\n", ["bad-encoding 1:4"]],
    ["an unclosed bracket", "a: [1, 2\nb: 3\n", ["yaml-syntax 2:1"]],
    ["an unquoted colon", "a: b: c\n", ["yaml-syntax 1:4"]],
    ["an unknown escape", 'a: "\\d+"\n', ["yaml-syntax 1:5"]],
  ])("%s", (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});

describe("bombs end at once", () => {
  const laughs = ["a: &a [x]"];
  for (let level = 0; level < 20; level++) {
    const upper = String.fromCharCode(98 + level);
    const lower = String.fromCharCode(97 + level);
    laughs.push(`${upper}: &${upper} [${`*${lower},`.repeat(9)}]`);
  }
  test.each([
    ["billion laughs", laughs.join("\n"), "yaml-alias"],
    ["deep flow lists", "[".repeat(1_000_000), "yaml-depth"],
    ["deep flow mappings", "{a: ".repeat(200_000), "yaml-depth"],
    ["deep block lists", "- ".repeat(500_000), "yaml-depth"],
    ["deep explicit keys", "? ".repeat(500_000), "yaml-depth"],
    ["a file of closing brackets", "]".repeat(1_000_000), "yaml-syntax"],
    ["a file of bad lines", "a: b: c\n".repeat(125_000), "yaml-depth"],
    ["a file of quotes", '"a" '.repeat(100_000), "yaml-syntax"],
    ["a file of colons", ": ".repeat(500_000), "yaml-depth"],
    ["a file of anchors", "&a ".repeat(60_000), "yaml-syntax"],
    ["a file of one key", "a: 1\n".repeat(30_000), "duplicate-key"],
    ["a file that is too large", "a".repeat(1_100_000), "file-too-large"],
  ])("%s", (_, text, code) => {
    const { problems } = parse(text);
    expect(problems.length).toBeLessThanOrEqual(20);
    expect(problems[0]?.code).toBe(code);
  });

  test("thirty thousand distinct keys are read in time", () => {
    const text = Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join("\n");
    expect(Object.keys(Object(parse(text).document?.value))).toHaveLength(30_000);
  });
});

test("whatever the text, parsing does not throw, and what it gives can be hashed", () => {
  const token = fc.constantFrom(
    ..."{ } [ ] : , - ? | > & * ! % @ ` ' \" # a b 1 .inf ~ null << __proto__ \\ \t --- ... \r \ud800".split(
      " ",
    ),
    "\n",
    "\n  ",
    " ",
  );
  const yamlish = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), yamlish), (text) => {
      const { document, problems } = parse(text);
      if (document === null) expect(problems.length).toBeGreaterThan(0);
      else canonicalJson(document.value);
    }),
    { numRuns: 3_000 },
  );
});

test("what is written is what is read", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const { document, problems } = parse(stringify(value, { aliasDuplicateObjects: false }));
      if (problems.length === 0) expect(document?.value).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 300 },
  );
});

describe("places", () => {
  const text = [
    "name: x",
    "list:",
    "  - { a: 1, b: two }",
    "literal: |",
    "  one",
    "    two three",
    "folded: >-",
    "  one two",
    "  three",
    'double: "a\\tb \\u00e9 c"',
    "single: 'it''s here'",
    "plain: one",
    "  two",
    "",
  ].join("\n");
  const { document } = parse(text);

  test("values and keys know their places", () => {
    expect(document?.locate(["list", 0, "b"])).toMatchObject({
      line: 3,
      column: 16,
      endColumn: 19,
    });
    expect(document?.locateKey(["list", 0, "b"])).toMatchObject({
      line: 3,
      column: 13,
      endColumn: 14,
    });
    expect(document?.locateKey(["list", 0, "gone"])).toMatchObject({ line: 3, column: 5 });
  });

  test.each([
    ["literal", "three"],
    ["folded", "three"],
    ["folded", "two"],
    ["double", "c"],
    ["single", "here"],
    ["plain", "two"],
  ])("a part of the %s text is found where it is written: %s", (key, part) => {
    const value = String(document?.at([key]));
    const start = value.indexOf(part);
    const place = document?.locateWithin([key], start, start + part.length);
    const line = text.split("\n")[(place?.line ?? 0) - 1] ?? "";
    expect(line.slice((place?.column ?? 0) - 1, (place?.endColumn ?? 0) - 1)).toBe(part);
  });

  test("every character that is written as itself maps to itself, in any style", () => {
    const styles = [
      "PLAIN",
      "QUOTE_DOUBLE",
      "QUOTE_SINGLE",
      "BLOCK_LITERAL",
      "BLOCK_FOLDED",
    ] as const;
    const words = fc.array(fc.constantFrom("a", "bc", "it's", '"q"', "\\", " ", "\n", "é"), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, fc.constantFrom(...styles), (parts, style) => {
        const value = `s${parts.join("")}e`;
        const written = stringify({ key: value }, { defaultStringType: style, lineWidth: 30 });
        const read = parse(written).document;
        expect(read?.value).toEqual({ key: value });
        const lines = written.split("\n");
        for (const [at, character] of [...value].entries()) {
          if (/[\s\\"']/.test(character)) continue;
          const place = read?.locateWithin(["key"], at, at + 1);
          expect(lines[(place?.line ?? 0) - 1]?.[(place?.column ?? 0) - 1]).toBe(character);
        }
      }),
      { numRuns: 500 },
    );
  });
});
