import type { JsonObject } from "../std/json.ts";
import {
  declaredSourceForm,
  type SourceAttributesForm,
  sourceAttributesForm,
} from "./attribute-forms.ts";
import { type CheckExpression, expressionsOfChecks } from "./check-expression.ts";
import { connectionForm } from "./connection-form.ts";
import type { ConnectorSchemas } from "./connector-schemas.ts";
import { nameFix } from "./did-you-mean.ts";
import type { FormContext } from "./explain-issue.ts";
import { isMapping, toJsonObject } from "./json-object.ts";
import { loadingProblems } from "./load-options.ts";
import { duplicateChecks, toAttributes } from "./parse-attributes.ts";
import { pathProblem } from "./path-problem.ts";
import type { DocumentPath, PositionedDocument } from "./positioned-document.ts";
import type { Location, Problem } from "./problem.ts";
import type {
  ConnectionSpec,
  DiscoverSpec,
  SourceAttributes,
  SourceSpec,
  SubjectTimetable,
} from "./project.ts";
import { type ReadForm, readForm } from "./read-form.ts";
import { secretProblems } from "./secret-problems.ts";
import type { SubjectDefaults } from "./subject-defaults.ts";

const watchMsDefault = 60_000;

/** What a connection file needs to know of the rest of the project. */
export interface ConnectionSurroundings {
  readonly connectors: ReadonlyMap<string, ConnectorSchemas>;
  readonly defaults: SubjectDefaults;
  /** `null` where sluice.yaml could not be read: paths are then not judged. */
  readonly allowedFolders: readonly string[] | null;
}

/** A name with its place; `spec` is `null` where what it names has problems of its own. */
export interface Named<T> {
  readonly name: string;
  readonly location: Location;
  readonly spec: T | null;
}

/** What could be read of one connection file. */
export interface ConnectionDraft {
  readonly connection: Named<ConnectionSpec> | null;
  readonly sources: readonly Named<SourceSpec>[];
  readonly discover: readonly DiscoverSpec[];
  readonly timetables: readonly SubjectTimetable[];
  /** True when it has patterns, even if they have problems: sources may come that nobody declared. */
  readonly canDiscover: boolean;
  readonly expressions: readonly CheckExpression[];
  readonly problems: readonly Problem[];
}

/** Reads one connection with its sources and patterns; all that is wrong with any of them. */
export function parseConnection(
  document: PositionedDocument,
  surroundings: ConnectionSurroundings,
): ConnectionDraft {
  return new ConnectionReader(document, surroundings).read();
}

class ConnectionReader {
  readonly #document: PositionedDocument;
  readonly #surroundings: ConnectionSurroundings;
  readonly #problems: Problem[] = [];
  readonly #timetables: SubjectTimetable[] = [];

  constructor(document: PositionedDocument, surroundings: ConnectionSurroundings) {
    this.#document = document;
    this.#surroundings = surroundings;
  }

  read(): ConnectionDraft {
    const document = this.#document;
    const name = textAt(document, ["connection"]);
    const what = name === null ? "this connection" : `connection \`${name}\``;
    const form = this.#take(readForm(connectionForm, document.value, { document, path: [], what }));
    this.#problems.push(...secretProblems(document, "options"));
    const schemas = this.#schemas(what);
    const options = this.#options(schemas, what);
    const inherited = form?.defaults ?? {};
    this.#reportDuplicateChecks(inherited, { document, path: ["defaults"], what });
    const sources = this.#entries("sources", (path) =>
      this.#source(path, name ?? "", schemas, inherited),
    );
    const discover = this.#entries("discover", (path) =>
      this.#pattern(path, name ?? "", schemas, inherited),
    );
    const spec =
      form === null || options === null
        ? null
        : {
            name: form.connection,
            connector: form.type,
            options,
            probeTimeoutMs: form.probe_timeout ?? this.#surroundings.defaults.probeTimeoutMs,
            watchMs: form.watch === "never" ? null : (form.watch ?? watchMsDefault),
          };
    return {
      connection: name === null ? null : { name, location: document.locate(["connection"]), spec },
      sources: sources.filter((source) => source !== null),
      discover: discover.filter((pattern) => pattern !== null),
      canDiscover: discover.length > 0,
      timetables: this.#timetables,
      expressions: this.#expressions(),
      problems: this.#problems,
    };
  }

  #expressions(): readonly CheckExpression[] {
    const entries = ["sources", "discover"].flatMap((key) =>
      this.#entries(key, (path): DocumentPath => path),
    );
    return [["defaults"], ...entries].flatMap((path) =>
      expressionsOfChecks(this.#document, [...path, "checks"]),
    );
  }

  #take<T>(read: ReadForm<T>): T | null {
    this.#problems.push(...read.problems);
    return read.value;
  }

  #schemas(what: string): ConnectorSchemas | null {
    const type = textAt(this.#document, ["type"]);
    if (type === null) return null;
    const { connectors } = this.#surroundings;
    const schemas = connectors.get(type) ?? null;
    if (schemas === null) {
      this.#problems.push({
        code: "unknown-connector",
        severity: "error",
        message: `No connector has the type \`${type}\` that ${what} asks for.`,
        location: this.#document.locate(["type"]),
        ...nameFix(type, [...connectors.keys()].sort()),
      });
    }
    return schemas;
  }

  #options(schemas: ConnectorSchemas | null, what: string): JsonObject | null {
    const given = this.#document.at(["options"]) ?? {};
    if (schemas === null || !isMapping(given)) return null;
    const context = { document: this.#document, path: ["options"], what };
    const options = this.#take(readForm(schemas.connection, given, context));
    const { allowedFolders } = this.#surroundings;
    for (const key of ["root", "path", "folder", "directory"]) {
      if (allowedFolders === null || !(key in given)) continue;
      const problem = pathProblem(this.#document, ["options", key], allowedFolders);
      if (problem !== null) this.#problems.push(problem);
    }
    return options === null ? null : toJsonObject(options);
  }

  #entries<T>(key: string, read: (path: DocumentPath) => T): readonly T[] {
    const list = this.#document.at([key]);
    if (!Array.isArray(list)) return [];
    return list.flatMap((entry: unknown, at) => (isEntry(entry) ? [read([key, at])] : []));
  }

  #source(
    path: DocumentPath,
    connection: string,
    schemas: ConnectorSchemas | null,
    inherited: SourceAttributesForm,
  ): Named<SourceSpec> | null {
    const document = this.#document;
    const named = textAt(document, [...path, "name"]);
    const what = named === null ? "this source" : `source \`${named}\``;
    const context = { document, path, what };
    const entry = this.#split(
      context,
      schemas?.locator ?? null,
      Object.keys(declaredSourceForm.shape),
    );
    const declared = this.#take(readForm(declaredSourceForm, entry.extra, context));
    if (named === null) return null;
    const location = document.locate([...path, "name"]);
    if (declared?.schedule !== undefined) {
      this.#timetables.push({ subject: named, timetable: declared.schedule });
    }
    if (declared === null || entry.attributes === null || entry.own === null) {
      return { name: named, location, spec: null };
    }
    const attributes = toAttributes(entry.attributes, inherited, this.#surroundings.defaults);
    this.#problems.push(...loadingProblems(attributes, entry.attributes, context));
    this.#judgeLoading(schemas, attributes, { ...context, own: entry.own });
    const spec: SourceSpec = {
      ...attributes,
      name: named,
      connection,
      origin: "declared",
      locator: entry.own,
      contract: null,
    };
    return { name: named, location, spec };
  }

  #pattern(
    path: DocumentPath,
    connection: string,
    schemas: ConnectorSchemas | null,
    inherited: SourceAttributesForm,
  ): DiscoverSpec | null {
    const context = { document: this.#document, path, what: "this discover pattern" };
    const { own, attributes } = this.#split(context, schemas?.pattern ?? null, []);
    if (own === null || attributes === null) return null;
    const defaults = toAttributes(attributes, inherited, this.#surroundings.defaults);
    // A match without a key of its own may get one from its system.
    const keyed = { ...defaults, key: defaults.key.length === 0 ? ["any"] : defaults.key };
    this.#judgeLoading(schemas, keyed, { ...context, own });
    return { connection, pattern: own, defaults, contracts: [] };
  }

  /** One entry holds the general attributes and the connector's own keys side by side. */
  #split(
    context: FormContext,
    schema: ConnectorSchemas["locator"] | null,
    extraKeys: readonly string[],
  ) {
    const given = this.#document.at(context.path);
    const entry = isMapping(given) ? given : {};
    const general = Object.keys(sourceAttributesForm.shape);
    const pick = (wanted: (key: string) => boolean) =>
      Object.fromEntries(Object.entries(entry).filter(([key]) => wanted(key)));
    const attributes = this.#take(
      readForm(
        sourceAttributesForm,
        pick((key) => general.includes(key)),
        context,
      ),
    );
    if (attributes !== null) this.#reportDuplicateChecks(attributes, context);
    const extra = pick((key) => extraKeys.includes(key));
    if (schema === null) return { own: null, attributes, extra };
    const rest = pick((key) => !general.includes(key) && !extraKeys.includes(key));
    const otherKeys = [...general, ...extraKeys];
    const own = this.#take(readForm(schema, rest, { ...context, otherKeys }));
    return { own: own === null ? null : toJsonObject(own), attributes, extra };
  }

  #judgeLoading(
    schemas: ConnectorSchemas | null,
    attributes: SourceAttributes,
    { document, path, what, own }: FormContext & { readonly own: JsonObject },
  ): void {
    const fault = schemas?.loadFault?.(attributes, own) ?? null;
    if (fault === null) return;
    this.#problems.push({
      code: "cannot-load-so",
      severity: "error",
      message: `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${fault.detail}`,
      location: document.locateKey([...path, fault.key]),
      fix: fault.fix,
    });
  }

  #reportDuplicateChecks(attributes: SourceAttributesForm, context: FormContext): void {
    this.#problems.push(...duplicateChecks(attributes.checks, context));
  }
}

function isEntry(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textAt(document: PositionedDocument, path: DocumentPath): string | null {
  const value = document.at(path);
  return typeof value === "string" ? value : null;
}
