import type { SourceAttributesForm } from "./attribute-forms.ts";
import type { FormContext } from "./explain-issue.ts";
import type { Problem } from "./problem.ts";
import type { DeletePolicy, LoadOptions, LoadStrategy, SourceAttributes } from "./project.ts";

/** What a load does of which nothing is declared. */
export const plainLoading: LoadOptions = {
  partitionBy: [],
  deletes: null,
  lookBack: null,
  eventTime: null,
};

/** The attributes that only some strategies can make use of. */
type Special = "partition_by" | "deletes" | "look_back" | "event_time";

const specials: readonly Special[] = ["partition_by", "deletes", "look_back", "event_time"];

const strategiesOf: Readonly<Record<Special, readonly LoadStrategy[]>> = {
  partition_by: ["partition"],
  deletes: ["merge", "history"],
  look_back: ["merge", "partition", "history"],
  event_time: ["history"],
};

/**
 * How a source is loaded, where anything of it is declared. What a connection says for all of its
 * sources counts for those whose strategy can make use of it.
 */
export function toLoading(
  strategy: LoadStrategy,
  own: SourceAttributesForm,
  connection: SourceAttributesForm,
): Pick<SourceAttributes, "loading" | "retain"> {
  const told = { ...connection, ...own };
  const isOf = (special: Special) => strategiesOf[special].includes(strategy);
  const loading: LoadOptions = {
    partitionBy: (isOf("partition_by") ? told.partition_by : undefined) ?? [],
    deletes: toDeletes(isOf("deletes") ? told.deletes : undefined),
    lookBack: toLookBack(isOf("look_back") ? told.look_back : undefined),
    eventTime: (isOf("event_time") ? told.event_time : undefined) ?? null,
  };
  const isPlain = Object.entries(loading).every(([, value]) => value === null || isEmpty(value));
  return {
    ...(isPlain ? {} : { loading }),
    ...(told.retain === undefined ? {} : { retain: told.retain }),
  };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function toDeletes(form: SourceAttributesForm["deletes"]): DeletePolicy | null {
  if (form === undefined) return null;
  return form.by === "comparison"
    ? { by: "comparison", maxShare: form.max_share }
    : { by: "column", column: form.column, value: form.value ?? null };
}

function toLookBack(form: SourceAttributesForm["look_back"]): LoadOptions["lookBack"] {
  if (form === undefined) return null;
  return form.is === "units" ? { units: form.value } : { ms: form.value };
}

/**
 * What a source declares that does not go together.
 * @param own what it says itself: what it has from its connection is taken where it can be used
 */
export function loadingProblems(
  attributes: SourceAttributes,
  own: SourceAttributesForm,
  context: FormContext,
): readonly Problem[] {
  return [...missingParts(attributes, context), ...uselessParts(attributes, own, context)];
}

function missingParts(
  { strategy, key, loading }: SourceAttributes,
  { document, path, what }: FormContext,
): readonly Problem[] {
  const subject = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  const place = { severity: "error" as const, location: document.locateKey([...path, "strategy"]) };
  const columns = (name: string) => `Add \`${name}: <column>\`, or a list of columns.`;
  if (strategy === "merge" && key.length === 0) {
    const message = `${subject} merges, but has no \`key\` to find the rows by.`;
    return [{ ...place, code: "merge-without-key", message, fix: columns("key") }];
  }
  if (strategy === "history" && key.length === 0) {
    const message = `${subject} keeps versions, but has no \`key\` to tell of what.`;
    return [{ ...place, code: "history-without-key", message, fix: columns("key") }];
  }
  if (strategy === "partition" && (loading?.partitionBy ?? []).length === 0) {
    const message = `${subject} replaces partitions, but has no \`partition_by\` to tell them by.`;
    return [{ ...place, code: "partition-without-columns", message, fix: columns("partition_by") }];
  }
  return [];
}

function uselessParts(
  { strategy }: SourceAttributes,
  own: SourceAttributesForm,
  { document, path, what }: FormContext,
): readonly Problem[] {
  return specials
    .filter((name) => own[name] !== undefined && !strategiesOf[name].includes(strategy))
    .map((name) => ({
      code: "attribute-without-strategy",
      severity: "error",
      message: `\`${name}\` of ${what} means nothing to strategy \`${strategy}\`.`,
      location: document.locateKey([...path, name]),
      fix: `Use strategy ${listed(strategiesOf[name])}, or remove it.`,
    }));
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}
