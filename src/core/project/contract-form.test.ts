import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019, type ValidateFunction } from "ajv/dist/2019.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { contractForm } from "./contract-form.ts";
import { readContract } from "./read-contract.ts";
import { sourceText } from "./source-text.ts";

const standard = new URL("../../../../shared/data/odcs", import.meta.url).pathname;
const examples = join(standard, "docs/examples");
const isHere = existsSync(standard);

/** The published schemas. Formats of dates and links are annotations in draft 2019-09. */
function publishedSchema(version: string): ValidateFunction {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  return ajv.compile(
    JSON.parse(readFileSync(join(standard, `schema/odcs-json-schema-${version}.json`), "utf8")),
  );
}

let compiled: ((value: unknown) => boolean) | undefined;

function published(): (value: unknown) => boolean {
  compiled ??= compilePublished();
  return compiled;
}

function compilePublished(): (value: unknown) => boolean {
  const latest = publishedSchema("v3.1.0");
  const older = publishedSchema("v3.0.2");
  // A document of 3.0 may hold what that edition let pass and 3.1 refuses.
  return (value) => latest(value) || (isOlder(value) && older(value));
}

function isOlder(value: unknown): boolean {
  const version: unknown =
    typeof value === "object" && value !== null && Reflect.get(value, "apiVersion");
  return typeof version === "string" && version.startsWith("v3.0.");
}

/** As `readContract` judges a document, without its problems' places. */
function isAccepted(value: unknown): boolean {
  if (contractForm("3.1").safeParse(value).success) return true;
  return isOlder(value) && contractForm("3.0").safeParse(value).success;
}

function exampleFiles(): readonly string[] {
  if (!isHere) return [];
  return readdirSync(examples, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort();
}

/** A document with at most four entries of each list: more of the same proves nothing more. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 4).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part)]));
}

const strangers = [5, 5.5, -1, "x", "", null, true, [], ["x"], {}, { x: 1 }];

/** Every document that differs from `value` in one place: a part removed, added or replaced. */
function* mutants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [at, part] of value.entries()) {
      for (const other of [...strangers, ...mutants(part)]) yield value.with(at, other);
    }
    yield [...value, "x"];
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const entries = Object.entries(value);
  yield { ...value, extra: "x" };
  for (const [key, part] of entries) {
    yield Object.fromEntries(entries.filter(([name]) => name !== key));
    yield { ...value, [`${key}s`]: part };
    for (const other of [...strangers, ...mutants(part)]) yield { ...value, [key]: other };
  }
}

describe("contracts are accepted as the published schemas accept them", () => {
  test.skipIf(!isHere)("every published example", () => {
    const accepts = published();
    const files = exampleFiles();
    expect(files).toHaveLength(18);
    const told = files.map((file) => {
      const text = readFileSync(join(examples, file), "utf8");
      const { problems } = readContract(sourceText(`contracts/${file}`, text));
      return { file, accepted: problems.length === 0, problems: problems.map((p) => p.message) };
    });
    const expected = files.map((file) =>
      accepts(parse(readFileSync(join(examples, file), "utf8"))),
    );
    expect(told.map(({ accepted }) => accepted)).toEqual(expected);
    expect(told.filter(({ accepted }) => !accepted)).toEqual([]);
  });

  test.skipIf(!isHere).each(exampleFiles())("every document one step away from %s", (file) => {
    const accepts = published();
    const disagreements: string[] = [];
    let accepted = 0;
    let refused = 0;
    for (const mutant of mutants(shortened(parse(readFileSync(join(examples, file), "utf8"))))) {
      const expected = accepts(mutant);
      if (expected) accepted += 1;
      else refused += 1;
      if (expected !== isAccepted(mutant)) {
        disagreements.push(`${expected} ${JSON.stringify(mutant)}`);
      }
    }
    expect(disagreements).toEqual([]);
    expect(accepted).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(50);
  });
});
