import { compareText } from "../std/compare.ts";
import { applyContract } from "./apply-contract.ts";
import { nameFix } from "./did-you-mean.ts";
import type { Named } from "./parse-connection.ts";
import type { ContractObject } from "./parse-contract.ts";
import type { ProjectDraft } from "./parse-project-files.ts";
import type { Location, Problem } from "./problem.ts";
import type { ContractTerms, SourceSpec } from "./project.ts";
import type { SubjectNames } from "./subject-names.ts";

/** Declared sources under their contracts, and the contracts of sources that may yet be found. */
export interface ContractedSources {
  readonly sources: readonly Named<SourceSpec>[];
  /** In name order of the source. */
  readonly terms: readonly ContractTerms[];
  readonly problems: readonly Problem[];
}

/** Finds the source that each contract is about, and gives it what the contract says. */
export function assembleContracts(
  draft: ProjectDraft,
  sources: readonly Named<SourceSpec>[],
  names: SubjectNames,
): ContractedSources {
  const problems: Problem[] = [];
  const found = new Map<string, { readonly terms: ContractTerms; readonly location: Location }>();
  for (const { objects } of draft.contracts) {
    const meant = objects.map((object) => ({ object, source: sourceOf(object, names) }));
    const isAboutOne = meant.some(({ source }) => source !== null);
    for (const { object, source } of meant) {
      if (source === null) {
        if (!names.isIncomplete) problems.push(unknownSource(object, names, isAboutOne));
        continue;
      }
      const holder = found.get(source);
      if (holder !== undefined) {
        problems.push(secondContract(source, object, holder.location));
        continue;
      }
      const terms: ContractTerms = {
        contract: { ...object.contract, source },
        gates: object.gates,
        defaultOwner: draft.settings.defaults.owner,
      };
      found.set(source, { terms, location: object.location });
    }
  }
  const contracted = sources.map((source): Named<SourceSpec> => {
    const contract = found.get(source.name);
    found.delete(source.name);
    if (contract === undefined || source.spec === null) return source;
    const applied = applyContract(source.spec, contract.terms);
    problems.push(...applied.differences.map((text) => difference(text, contract.location)));
    return { ...source, spec: applied.source };
  });
  const terms = [...found.values()]
    .map((rest) => rest.terms)
    .sort((left, right) => compareText(left.contract.source, right.contract.source));
  return { sources: contracted, terms, problems };
}

/** The source that an object means; one that only discovery brings must be named explicitly. */
function sourceOf(
  { names: given, isExplicit }: ContractObject,
  names: SubjectNames,
): string | null {
  const plain = given.map((name) => name.toLowerCase().replace(/^raw\./, ""));
  for (const name of plain) {
    const source = names.sources.get(name);
    if (source !== undefined) return source;
  }
  const [first] = plain;
  return names.canDiscover && isExplicit && first !== undefined ? first : null;
}

function unknownSource(
  object: ContractObject,
  names: SubjectNames,
  isAboutAnother: boolean,
): Problem {
  const name = object.names[0] ?? "";
  const plain = name.toLowerCase().replace(/^raw\./, "");
  const close = nameFix(plain, [...names.sources.values()].sort(compareText));
  const isWarning = isAboutAnother && !object.isExplicit;
  const explicit = "or name it: `customProperties: [{ property: sluice.source, value: <source> }]`";
  return {
    code: "unknown-source",
    severity: isWarning ? "warning" : "error",
    message: `No source has the name \`${name}\` that this contract is about.`,
    location: object.location,
    fix: `${close.fix} Give the object the source's name, ${explicit}.`,
  };
}

function secondContract(source: string, object: ContractObject, first: Location): Problem {
  return {
    code: "duplicate-contract",
    severity: "error",
    message: `A contract in ${first.file}:${first.line} is about source \`${source}\` already.`,
    location: object.location,
    fix: "Keep one of them.",
  };
}

function difference(message: string, location: Location): Problem {
  return {
    code: "contract-differs",
    severity: "warning",
    message,
    location,
    fix: "Make them say the same, or remove one of them.",
  };
}
