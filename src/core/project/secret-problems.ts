import type { Json } from "../std/json.ts";
import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import { isSecretName, secretInText } from "./secret-name.ts";

const reference = /\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^${}\0]+)\}/g;

/**
 * What a document says that should be a secret's reference and is not, or is one where nothing
 * resolves it. No message repeats a value.
 * @param resolvedUnder the key at the root under which references are resolved, or `null`.
 */
export function secretProblems(
  document: PositionedDocument,
  resolvedUnder: string | null,
): readonly Problem[] {
  const problems: Problem[] = [];
  const visit = (value: Json | undefined, path: DocumentPath): void => {
    if (typeof value === "string" || typeof value === "number") {
      const isResolved = path[0] === resolvedUnder;
      const found = inspect(document, path, String(value), isResolved);
      if (found !== null) problems.push(found);
      else if (typeof value === "string" && value.includes("${")) {
        problems.push(...referenceProblems(document, path, value, isResolved));
      }
    } else if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) visit(item, [...path, at]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    }
  };
  visit(document.value, []);
  return problems;
}

function inspect(
  document: PositionedDocument,
  path: DocumentPath,
  text: string,
  isResolved: boolean,
): Problem | null {
  const key = path.at(-1);
  const isNamed = typeof key === "string" && isSecretName(key) && path[0] === "options";
  if (isNamed && text !== "" && !text.includes("${")) {
    const name = key.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase();
    return inClear(document.locate(path), `\`${key}\` holds its secret`, referenceFix(name));
  }
  const span = secretInText(text, path[0] === "options");
  if (span === null) return null;
  const location = document.locateWithin(path, span.start, span.end);
  return inClear(location, "A secret stands", isResolved ? referenceFix("PASSWORD") : optionsFix);
}

function referenceFix(name: string): string {
  return `Write \`\${env:${name}}\` and set that variable, or \`\${file:PATH}\`.`;
}

/** Where a reference would stay text, advice to write one would only lead to the next problem. */
const optionsFix = "Reach the system by a connection, whose `options` refer to secrets.";

function inClear(location: Problem["location"], claim: string, fix: string): Problem {
  return {
    code: "secret-in-clear",
    severity: "error",
    message: `${claim} in clear, where everyone who reads this file can read it.`,
    location,
    fix,
  };
}

function referenceProblems(
  document: PositionedDocument,
  path: DocumentPath,
  text: string,
  isResolved: boolean,
): readonly Problem[] {
  if (!isResolved) {
    const start = text.search(/\$\{(env|file):/);
    if (start < 0) return [];
    return [
      {
        code: "reference-not-resolved",
        severity: "error",
        message:
          "References are resolved only in a connection's `options`, so this would stay text.",
        location: document.locateWithin(path, start, text.length),
        fix: "Move it to the `options` of a connection, or write the value.",
      },
    ];
  }
  const rest = text.replaceAll(reference, (match) => " ".repeat(match.length));
  const bad = rest.indexOf("${");
  if (bad < 0) return [];
  const [, name] = /^\$\{([A-Z][A-Z0-9_]*)\}/.exec(text.slice(bad)) ?? [];
  const fix =
    name === undefined
      ? `Write \`\${env:NAME}\` for an environment variable, or \`\${file:PATH}\` for a file.`
      : `Did you mean \`\${env:${name}}\`?`;
  const end = text.indexOf("}", bad);
  return [
    {
      code: "bad-reference",
      severity: "error",
      message: "This is no reference that Sluice knows.",
      location: document.locateWithin(path, bad, end < 0 ? text.length : end + 1),
      fix,
    },
  ];
}
