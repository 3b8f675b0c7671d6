import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Secrets } from "../ports/secrets.ts";
import { environmentSecrets } from "./environment-secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-secrets-"));
writeFileSync(join(folder, "password"), "from-a-file\n");
writeFileSync(join(folder, "empty"), "\n");
writeFileSync(join(folder, "large"), "x".repeat(70_000));

function ref(kind: "env" | "file", name: string): string {
  return `\${${kind}:${name}}`;
}

const canary = 'c4n@ry/ö "1+2=3" 100%';

function secretsOf(environment: Record<string, string | undefined>): Secrets {
  return environmentSecrets(folder, environment);
}

describe("references are resolved", () => {
  const secrets = secretsOf({ USER: "reader", PASSWORD: canary, EMPTY: "" });

  test("from the environment and from files, anywhere in the options", () => {
    const options = {
      user: ref("env", "USER"),
      url: `postgres://${ref("env", "USER")}:${ref("file", "password")}@db/shop`,
      port: 5432,
      ssl: null,
      list: [ref("env", "USER"), { deep: ref("file", "password") }],
    };
    expect(secrets.resolve(options)).toEqual({
      user: "reader",
      url: "postgres://reader:from-a-file@db/shop",
      port: 5432,
      ssl: null,
      list: ["reader", { deep: "from-a-file" }],
    });
  });

  test("once: a value that looks like a reference stays as it is", () => {
    const tricky = secretsOf({ A: ref("env", "B"), B: "b" });
    expect(tricky.resolve({ x: ref("env", "A") })).toEqual({ x: ref("env", "B") });
  });

  test.each([
    [ref("env", "NOT_THERE"), /NOT_THERE is not set/],
    [ref("env", "EMPTY"), /EMPTY is empty/],
    [ref("file", "gone"), /file gone cannot be read/],
    [ref("file", "empty"), /file empty is empty/],
    [ref("file", "large"), /larger than/],
  ])("%s has no value, which is said without any value", (text, message) => {
    const options = { ok: ref("env", "PASSWORD"), bad: text };
    expect(() => secrets.resolve(options)).toThrow(message);
    expect(() => secrets.resolve(options)).not.toThrow("c4n@ry");
  });
});

/** Every way in which a driver, a header or a log may write a value. */
function spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  return [
    value,
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (triple) => triple.toLowerCase()),
    encodeURI(value),
    new URLSearchParams({ p: value }).toString().slice(2),
    JSON.stringify({ password: value }),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    `'${value.replaceAll("'", "''")}'`,
    Buffer.from(`u:${value}`).toString("base64"),
    Buffer.from(`user:${value}@host`).toString("base64"),
    Buffer.from(`us:${value}!`).toString("base64url"),
  ];
}

describe("what was given out is hidden", () => {
  test("a canary leaks in no spelling", () => {
    const secrets = secretsOf({ PASSWORD: canary });
    secrets.resolve({ password: ref("env", "PASSWORD") });
    for (const spelling of spellings(canary)) {
      const said = secrets.redact(`before ${spelling} after`);
      expect(said).toContain("***");
      expect(said).not.toContain(spelling);
      expect(said.startsWith("before ") && said.endsWith(" after")).toBe(true);
    }
  });

  test("nor does any other value of some length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 8, maxLength: 40 }), (value) => {
        fc.pre(value.trim() !== "");
        const secrets = secretsOf({ PASSWORD: value });
        secrets.resolve({ password: ref("env", "PASSWORD") });
        for (const spelling of spellings(value)) {
          expect(secrets.redact(`before ${spelling} after`)).not.toContain(spelling);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("the lines of a key are hidden each on its own", () => {
    const key = "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----";
    const secrets = secretsOf({ KEY: key });
    secrets.resolve({ key: ref("env", "KEY") });
    expect(secrets.redact("cannot read abcdefghijkl")).toBe("cannot read ***");
  });

  test("a short value is hidden as a word, not inside others", () => {
    const secrets = secretsOf({ PIN: "ab" });
    secrets.resolve({ pin: ref("env", "PIN") });
    expect(secrets.redact("ab about ab.")).toBe("*** about ***.");
  });

  test("nothing is hidden before anything was given out", () => {
    expect(secretsOf({ PASSWORD: canary }).redact(`say ${canary}`)).toBe(`say ${canary}`);
  });
});
