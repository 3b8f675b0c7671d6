import { closestName } from "../std/closest-name.ts";
import { apiVersions, type ContractForm, contractForm } from "./contract-form.ts";
import { isMapping } from "./json-object.ts";
import { parseDocument } from "./parse-document.ts";
import type { PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import { readForm } from "./read-form.ts";
import type { SourceText } from "./source-text.ts";

/** A contract's document as written, or `null` where it does not have the standard's form. */
export interface ReadContract {
  readonly document: PositionedDocument | null;
  readonly form: ContractForm | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads one document of the Open Data Contract Standard. One that names a version 3.0 may also have
 * the form of that edition, which let more pass.
 */
export function readContract(source: SourceText): ReadContract {
  const { document, problems } = parseDocument(source);
  if (document === null) return { document: null, form: null, problems };
  const { value } = document;
  if (!isMapping(value) || value["kind"] === undefined) {
    // What lies here by mistake is told so in one sentence, not in twenty.
    const problem = notAContract(document);
    if (problem !== null) return { document, form: null, problems: [...problems, problem] };
  }
  const context = { document, path: [], what: "this contract" };
  const latest = readForm(contractForm("3.1"), value, context);
  if (latest.value !== null) return { document, form: latest.value, problems };
  const version = isMapping(value) ? value["apiVersion"] : undefined;
  const isOlder = typeof version === "string" && /^v3\.0\.\d$/.test(version);
  const older = isOlder ? readForm(contractForm("3.0"), value, context) : latest;
  return { document, form: older.value, problems: [...problems, ...older.problems] };
}

function notAContract(document: PositionedDocument): Problem | null {
  const { value } = document;
  const keys = isMapping(value) ? Object.keys(value) : [];
  const isMeant = keys.some((key) => ["apiVersion", "schema", "status"].includes(key));
  if (isMeant || keys.some((key) => closestName(key, ["kind"]) !== null)) return null;
  return {
    code: "not-a-contract",
    severity: "error",
    message: "This is no contract of the Open Data Contract Standard.",
    location: document.locate([]),
    fix: `Begin with \`kind: DataContract\` and \`apiVersion: ${apiVersions[0]}\`, or write one with \`sluice contract init <source>\`.`,
  };
}
