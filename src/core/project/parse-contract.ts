import type { Contract } from "../contracts/contract.ts";
import { compatibilityModes } from "../schema/compatibility-mode.ts";
import type { Gate } from "./check.ts";
import { contractColumns } from "./contract-columns.ts";
import type { ContractForm, ObjectForm } from "./contract-form.ts";
import { contractGates } from "./contract-gates.ts";
import type { CustomPropertyForm } from "./contract-part-forms.ts";
import { contractSla } from "./contract-sla.ts";
import { listNames, nameFix } from "./did-you-mean.ts";
import { isMapping } from "./json-object.ts";
import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Location, Problem } from "./problem.ts";
import { readContract } from "./read-contract.ts";
import type { SourceText } from "./source-text.ts";

/** What one contract's document promises, before it is known which sources there are. */
export interface ContractDraft {
  readonly location: Location;
  /** Those that are in force. */
  readonly objects: readonly ContractObject[];
}

/** What is promised of one table. */
export interface ContractObject {
  /** Names by which it may mean a source, the most telling first. */
  readonly names: readonly string[];
  /** True when `sluice.source` names the source: it must be there. */
  readonly isExplicit: boolean;
  readonly location: Location;
  /** Without its source, which only the project as a whole can tell. */
  readonly contract: Omit<Contract, "source">;
  readonly gates: readonly Gate[];
}

/** Reads one file of `contracts/`. */
export function parseContract(source: SourceText): {
  readonly draft: ContractDraft | null;
  readonly problems: readonly Problem[];
} {
  const { document, form, problems } = readContract(source);
  if (document === null || form === null) return { draft: null, problems };
  const reader = new ContractReader(document, form);
  const objects = reader.read();
  return {
    draft: { location: document.locate(["id"]), objects },
    problems: [...problems, ...reader.problems],
  };
}

/** States of a contract in which it binds nobody. */
const idleStates = new Set(["proposed", "draft", "retired"]);

class ContractReader {
  readonly problems: Problem[] = [];
  readonly #document: PositionedDocument;
  readonly #form: ContractForm;

  constructor(document: PositionedDocument, form: ContractForm) {
    this.#document = document;
    this.#form = form;
  }

  read(): readonly ContractObject[] {
    const { status, schema = [] } = this.#form;
    if (idleStates.has(status.toLowerCase())) {
      this.#warn("contract-not-in-force", ["status"], {
        message: `A contract whose status is \`${status}\` is checked for its form only.`,
        fix: "Write `status: active` when it is to hold.",
      });
      return [];
    }
    if (schema.length === 0) {
      this.#warn("empty-contract", ["schema"], {
        message: "This contract is about no table, so it promises nothing that could be watched.",
        fix: "Add `schema:` with an entry for each table, or remove the file.",
      });
    }
    return schema.map((object, at) => this.#object(object, at));
  }

  #object(object: ObjectForm, at: number): ContractObject {
    const path = ["schema", at];
    const explicit = textOf(object.customProperties, "sluice.source");
    const { columns, key } = contractColumns(object.properties ?? []);
    const { gates, unwatched } = contractGates(object, key);
    for (const promise of unwatched) this.#unwatched([...path, ...promise.path], promise.why);
    const sla = contractSla(this.#form, object);
    if (sla.unwatched.length > 0 && at === 0) {
      this.#unwatched(["slaProperties"], `no one watches ${listNames(sla.unwatched)}`);
    }
    const form = this.#form;
    const candidates = [object.physicalName, object.name].flatMap((name) => name ?? []);
    return {
      names: explicit === null ? candidates : [explicit],
      isExplicit: explicit !== null,
      location: this.#document.locate([...path, "name"]),
      contract: {
        id: form.id,
        version: form.version,
        status: form.status,
        file: this.#document.source.file,
        mode: this.#mode(object, path),
        columns,
        key,
        owner: ownerOf(form.team),
        cadenceMs: sla.cadenceMs,
        latencyMs: sla.latencyMs,
      },
      gates,
    };
  }

  /** `compatibility` of the object, else of the document. */
  #mode(object: ObjectForm, path: DocumentPath): Contract["mode"] {
    const places = [
      { list: object.customProperties, path },
      { list: this.#form.customProperties, path: [] },
    ];
    for (const { list, path: from } of places) {
      const at = list?.findIndex(({ property }) => property === "compatibility") ?? -1;
      if (at < 0) continue;
      const value = list?.[at]?.value;
      const mode = compatibilityModes.find((one) => one === value);
      if (mode !== undefined) return mode;
      const problem: Problem = {
        code: "not-allowed-value",
        severity: "error",
        message: `\`compatibility\` must be one of ${listNames(compatibilityModes, "or")}.`,
        location: this.#document.locate([...from, "customProperties", at, "value"]),
        ...nameFix(String(value), compatibilityModes),
      };
      // Of the document as a whole it is found once for each object.
      const isKnown = this.problems.some(({ location }) => location.line === problem.location.line);
      if (!isKnown) this.problems.push(problem);
    }
    return "backward";
  }

  #unwatched(path: DocumentPath, why: string): void {
    this.#warn("promise-not-watched", path, {
      message: `This promise is not watched: ${why}.`,
      fix: "Add a check of the source that says it, if it should hold.",
    });
  }

  #warn(code: string, path: DocumentPath, words: { message: string; fix: string }): void {
    this.problems.push({
      code,
      severity: "warning",
      message: words.message,
      location: this.#document.locate(path),
      fix: words.fix,
    });
  }
}

function textOf(list: readonly CustomPropertyForm[] | undefined, name: string): string | null {
  const value = list?.find(({ property }) => property === name)?.value;
  return typeof value === "string" ? value : null;
}

/** The team's name, else the first person whose role is owner. */
function ownerOf(team: unknown): string | null {
  if (typeof team !== "object" || team === null) return null;
  const name: unknown = Reflect.get(team, "name");
  if (typeof name === "string" && name !== "") return name;
  const members: unknown = Array.isArray(team) ? team : Reflect.get(team, "members");
  if (!Array.isArray(members)) return null;
  for (const member of members) {
    if (!isMapping(member) || typeof member["username"] !== "string") continue;
    const hasLeft = member["dateOut"] !== undefined;
    const isOwner = typeof member["role"] === "string" && /owner/i.test(member["role"]);
    if (isOwner && !hasLeft) return member["username"];
  }
  return null;
}
