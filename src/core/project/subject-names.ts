import { closestName } from "../std/closest-name.ts";
import type { TableReference } from "./sql-analysis.ts";

/** The sources and models of a project, by the names that SQL gives them. */
export interface SubjectNames {
  /** By their names in lower case. */
  readonly sources: ReadonlyMap<string, string>;
  /** By their names in lower case. */
  readonly models: ReadonlyMap<string, NamedModel>;
  /** Sources may come that nobody declared. */
  readonly canDiscover: boolean;
  /** Some connection could not be read: a source may be in it. */
  readonly isIncomplete: boolean;
}

export interface NamedModel {
  readonly name: string;
  /** `null` for a model whose block could not be read. */
  readonly schema: string | null;
}

/** What a table reference means. */
export type Resolution =
  | { readonly kind: "subject"; readonly name: string }
  /** Only discovery can bring it; `close` is a declared source that it may be a misspelling of. */
  | { readonly kind: "expected"; readonly name: string; readonly close: string | null }
  /** Cannot be judged, because what might declare it could not be read. */
  | { readonly kind: "open" }
  | {
      readonly kind: "wrong";
      readonly code: string;
      readonly message: string;
      readonly fix: string;
    };

/** How people write a reference. */
function referenceText({ schema, name }: TableReference): string {
  return schema === "" ? name : `${schema}.${name}`;
}

/** Finds the source or model that a reference means, as the warehouse would: cases do not matter. */
export function resolveReference(reference: TableReference, names: SubjectNames): Resolution {
  const schema = reference.schema.toLowerCase();
  const name = reference.name.toLowerCase();
  if (schema === "raw") return resolveSource(name, names);
  if (["quarantine", "_sluice", "information_schema", "pg_catalog"].includes(schema)) {
    return {
      kind: "wrong",
      code: "reserved-schema",
      message:
        `\`${referenceText(reference)}\` is neither a source nor a model, so Sluice cannot tell ` +
        "when it changes and this model must run again.",
      fix: "Read a source or model; query that table directly when you need it.",
    };
  }
  const wanted = schema === "" ? "main" : schema;
  const model = names.models.get(name);
  if (model !== undefined && (model.schema ?? wanted) === wanted) {
    return { kind: "subject", name: model.name };
  }
  return unknownTable(reference, names);
}

function resolveSource(name: string, names: SubjectNames): Resolution {
  const source = names.sources.get(name);
  if (source !== undefined) return { kind: "subject", name: source };
  const close = closestName(name, names.sources.values());
  if (names.canDiscover) return { kind: "expected", name, close };
  if (names.isIncomplete) return { kind: "open" };
  const model = names.models.get(name);
  return {
    kind: "wrong",
    code: "unknown-upstream",
    message: `No source has the name \`${name}\`.`,
    fix:
      model !== undefined
        ? `It is a model: read it as \`${modelText(model)}\`.`
        : close !== null
          ? `Did you mean \`raw.${close}\`?`
          : "Declare it in a file of `connections/`.",
  };
}

function modelText(model: NamedModel): string {
  return `${model.schema ?? "main"}.${model.name}`;
}

function unknownTable(reference: TableReference, names: SubjectNames): Resolution {
  const text = referenceText(reference);
  const name = reference.name.toLowerCase();
  if (
    reference.schema === "" &&
    /[/\\*]|\.(csv|tsv|json|ndjson|parquet|txt|gz|xlsx|db)$/i.test(name)
  ) {
    return {
      kind: "wrong",
      code: "hidden-input",
      message: `\`${text}\` reads a file past its connection, so Sluice cannot tell when it changes.`,
      fix: "Declare it as a source and read `raw.<name>`.",
    };
  }
  return {
    kind: "wrong",
    code: "unknown-upstream",
    message: `No model is built as \`${text}\`.`,
    fix: tableFix(reference, names),
  };
}

function tableFix(reference: TableReference, names: SubjectNames): string {
  const name = reference.name.toLowerCase();
  if (names.sources.has(name)) return `It is a source: read it as \`raw.${name}\`.`;
  const elsewhere = names.models.get(name);
  if (elsewhere !== undefined) {
    return `It is built in another schema: read it as \`${modelText(elsewhere)}\`.`;
  }
  const model = names.models.get(closestName(name, names.models.keys()) ?? "");
  const source = closestName(name, names.sources.values());
  const close = closestName(
    name,
    [model?.name ?? "", source ?? ""].filter((text) => text !== ""),
  );
  if (close === null) {
    return "Read a source as `raw.<name>`, or a model by its name; declare what is missing.";
  }
  if (close !== model?.name) return `Did you mean \`raw.${close}\`?`;
  const isShort = reference.schema === "" && (model.schema ?? "main") === "main";
  return `Did you mean \`${isShort ? model.name : modelText(model)}\`?`;
}
