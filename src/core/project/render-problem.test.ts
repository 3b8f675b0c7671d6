import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Problem } from "./problem.ts";
import { renderProblem } from "./render-problem.ts";

function problemAt(line: number, column: number, endColumn?: number): Problem {
  const end = endColumn === undefined ? {} : { endLine: line, endColumn };
  return {
    code: "unknown-key",
    severity: "error",
    message: "Unknown key `teir` in source `flights`.",
    location: { file: "connections/files.yaml", line, column, ...end },
    fix: "Did you mean `tier`?",
  };
}

test("a problem shows what, where, the line with a mark, and the fix", () => {
  const text = "connection: files\nsources:\n  - name: flights\n    teir: 0\n";
  expect(renderProblem(problemAt(4, 5, 9), text)).toBe(
    [
      "error unknown-key: Unknown key `teir` in source `flights`.",
      " --> connections/files.yaml:4:5",
      "  |",
      "4 |     teir: 0",
      "  |     ^^^^",
      "  = help: Did you mean `tier`?",
    ].join("\n"),
  );
});

test("without the text there is no frame", () => {
  expect(renderProblem(problemAt(4, 5, 9), undefined).split("\n")).toHaveLength(3);
});

test("colours go around words, not into the layout", () => {
  const paint = {
    error: (text: string) => `<e>${text}</e>`,
    warning: (text: string) => text,
    frame: (text: string) => text,
    fix: (text: string) => `<f>${text}</f>`,
  };
  expect(renderProblem(problemAt(1, 1, 5), "teir: 0", paint)).toContain("<e>^^^^</e>");
});

describe("a frame masks", () => {
  test.each([
    ["a password", "  password: hunter2", "  password: ***"],
    ["a quoted password", "  password: 'hun''ter2' # why", "  password: *** # why"],
    ["a password in brackets", "{ password: hunter2, user: x }", "{ password: ***, user: x }"],
    ["a password in a list", "- api_key: hunter2", "- api_key: ***"],
    ["a token in camel case", "accessToken: hunter2", "accessToken: ***"],
    ["a misspelt password", "passwrd: hunter2", "passwrd: ***"],
    ["a URL", "url: postgres://u:hunter2@h/d", "url: postgres://u:***@h/d"],
    ["a DSN", "dsn: host=h password=hunter2 user=u", "dsn: host=h password=***"],
    ["a quote that is not closed", 'password: "hunter2', "password: ***"],
  ])("%s", (_, line, expected) => {
    expect(renderProblem(problemAt(1, 1), line)).toContain(`1 | ${expected}\n`);
  });

  test.each([
    ["a reference", `  password: \${env:PASSWORD}`],
    ["a path to a secret", "  password_file: /run/secrets/x"],
    ["a column list", "  columns: [id, token]"],
    ["a cast", "select password::text from raw.users"],
  ])("not %s", (_, line) => {
    expect(renderProblem(problemAt(1, 1), line)).toContain(line);
  });

  test("the lines of a value that goes on", () => {
    const text = "options:\n  private_key: |\n    hunter2\n    hunter2\n  user: x";
    expect(renderProblem(problemAt(4, 5), text)).toContain("4 |     ***");
    expect(renderProblem(problemAt(5, 3), text)).toContain("5 |   user: x");
  });

  test("a private key wherever it stands", () => {
    const text = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\nok: 1";
    expect(renderProblem(problemAt(2, 1), text)).toContain("2 | ***");
    expect(renderProblem(problemAt(4, 1), text)).toContain("4 | ok: 1");
  });

  test("and the mark stays under what it marks", () => {
    const line = '{ password: "a very long secret", usr: x }';
    const at = line.indexOf("usr") + 1;
    const lines = renderProblem(problemAt(1, at, at + 3), line).split("\n");
    const mark = lines[4] ?? "";
    expect(lines[3]?.slice(mark.indexOf("^"), mark.lastIndexOf("^") + 1)).toBe("usr");
  });
});

test("nothing in a file or a name can steer the terminal", () => {
  const rendered = renderProblem(
    { ...problemAt(1, 1), message: "Key `\u001b[2J`", fix: "\u009b31m" },
    "a\u001b[31m: \u202e",
  );
  expect(rendered).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
});

test("any place in any text renders, with a mark inside the shown line or right after it", () => {
  const place = fc.record({
    line: fc.integer({ min: 1, max: 9 }),
    column: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), place, (text, { line, column }) => {
      const lines = renderProblem(problemAt(line, column, column + 9), text).split("\n");
      const frame = lines.length > 3 ? lines : null;
      if (frame !== null) expect(frame[4]?.length).toBeLessThanOrEqual((frame[3]?.length ?? 0) + 1);
    }),
    { numRuns: 500 },
  );
});
