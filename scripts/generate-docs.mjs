import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { build } from "./build.mjs";
import { root, runNode, tool } from "./run-process.mjs";

/**
 * `npm run docs`: writes the pages of `docs/reference` that follow from the code. With `--check` it
 * writes nothing, and fails when a page is not what the code says.
 */
async function main() {
  const built = await build();
  if (built.code !== 0) throw new Error(built.output);
  const pages = {
    errors: await errorsPage(),
    effects: await effectsPage(),
    facts: await factsPage(),
    signals: await signalsPage(),
  };
  const stale = Object.entries(pages)
    .map(([name, text]) => ({ path: `docs/reference/${name}.md`, text }))
    .filter(({ path, text }) => readOrEmpty(join(root, path)) !== text);
  if (process.argv.includes("--check")) {
    if (stale.length === 0) return;
    throw new Error(
      `Not what the code says: ${stale.map(({ path }) => path).join(", ")}; npm run docs`,
    );
  }
  for (const { path, text } of stale) {
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  // `npm test` fails when this report of the library's surface is not what it would be now.
  const extractor = tool("@microsoft/api-extractor/bin/api-extractor");
  const report = await runNode([extractor, "run", "--local"]);
  if (report.code !== 0) throw new Error(report.output);
}

const fromDist = (path) => import(`../dist/${path}`);
const readOrEmpty = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

async function errorsPage() {
  const { catalogue } = await fromDist("errors/catalogue.js");
  const { consequenceOf } = await fromDist("errors/blame.js");
  const rows = Object.entries(catalogue).map(([code, { blame, summary }]) => {
    const { exitCode, isRetryable } = consequenceOf(code);
    return [`\`${code}\``, summary, blame, isRetryable ? "yes" : "no", String(exitCode)];
  });
  return page("Errors", [
    "Every failure that an operator can meet has a code. Codes are public: they are added, never renamed or reused. With",
    "`--json` a failing command writes its code, what happened, and what to do.",
    "",
    "*Blame* says who can act, and everything else follows from it: whether another attempt may succeed without anyone acting, and",
    "the exit code of a command that ends so.",
    "",
    ...table(["code", "what happened", "blame", "retried", "exit code"], rows),
    "",
    "What is wrong in project files is not in this list: `sluice check` reports those problems all at once, each with its place.",
  ]);
}

async function effectsPage() {
  const { effectKinds, effectSpecs } = await fromDist("core/effects/effect-specs.js");
  const sections = effectKinds.flatMap((kind) => ["", ...effectSection(effectSpecs[kind])]);
  return page("Effects", [
    "What a rule may do, in the order in which effects shape the tasks of their subject. How rules are written is in",
    "[Writing rules](../guides/rules.md).",
    "",
    "*When two rules speak* is the merge law: what holds when several matching rules ask for the same kind of thing. *When undetermined*",
    "is what becomes of the effect when a fact that its rule needs is not known.",
    ...sections,
  ]);
}

function effectSection({ kind, summary, form, subjects, law, whenUndetermined }) {
  const schema = z.toJSONSchema(form, { io: "input" });
  return [
    `## ${kind}`,
    "",
    summary,
    "",
    `* For: ${subjects.join(" and ")}.`,
    `* When two rules speak: ${lowerFirst(law.text)}`,
    `* When undetermined: it is ${whenUndetermined}.`,
    ...argumentsOf(kind, schema),
  ];
}

const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);

/** What people write under an effect's key: a single value, or fields. */
function argumentsOf(kind, schema) {
  const variants = schema.anyOf ?? schema.oneOf ?? [schema];
  const objects = variants.filter(({ type }) => type === "object");
  const single = variants.filter(({ type }) => type !== "object");
  const lines =
    single.length === 0 ? [] : [`* Written: ${forms(kind, single, schema.description)}`];
  const rows = objects.flatMap((object) => {
    const required = new Set(object.required ?? []);
    return Object.entries(object.properties ?? {}).map(([name, field]) => [
      `\`${name}\``,
      typeText(field),
      field.default === undefined ? (required.has(name) ? "required" : "") : `\`${field.default}\``,
      field.description ?? "",
    ]);
  });
  if (rows.length === 0) return lines;
  return [...lines, "", ...table(["field", "type", "default", "meaning"], rows)];
}

function forms(kind, single, description) {
  if (single[0].const === true) return `\`${kind}: true\`, or with fields where there are some.`;
  const types = single.map(typeText).join(", or ");
  return [`\`${kind}: …\` with a ${types}.`, description ?? ""].join(" ").trim();
}

/** A JSON Schema in words. */
function typeText(schema) {
  if (schema.cel === "timestamp") return "timestamp";
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(" or ");
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  if (schema.type === "array") return `list of ${typeText(schema.items)}`;
  if (schema.type === "object") return `map of ${Object.keys(schema.properties).join(", ")}`;
  if (/\(ms\|s\|m\|h\|d\|w\)/.test(schema.pattern ?? "")) return "duration";
  return schema.type + rangeText(schema);
}

function rangeText({ minimum, maximum }) {
  const isBounded = (value) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (isBounded(minimum) && isBounded(maximum)) return `, ${minimum} to ${maximum}`;
  return isBounded(minimum) ? `, at least ${minimum}` : "";
}

async function factsPage() {
  const { sourceFactSchema, modelFactSchema, capacityFactSchema } = await fromDist(
    "core/rules/fact-schema.js",
  );
  const section = (name, schema) => [
    "",
    `## ${name}`,
    "",
    ...table(["fact", "type", "may be unknown", "meaning"], factRows(name, z.toJSONSchema(schema))),
  ];
  return page("Facts", [
    "What the conditions of rules may read. Beside these there are `params.<name>`, the rule set's own, and `now`, the one instant of the",
    "cycle: a timestamp. Lags, ages and intervals are seconds; sizes are bytes; shares are 0 to 1.",
    "",
    "A fact that is not known is neither 0 nor false: a condition that needs it ends as `undetermined`. `has(…)` asks whether it is known.",
    ...section("source", sourceFactSchema),
    ...section("model", modelFactSchema),
    ...section("capacity", capacityFactSchema),
  ]);
}

function factRows(prefix, { properties = {} }) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}.${name}`;
    if (schema.type === "object") return factRows(path, schema);
    const known = withoutNull(schema);
    const isNullable = known !== schema;
    return [[`\`${path}\``, typeText(known), isNullable ? "yes" : "", schema.description ?? ""]];
  });
}

/** The schema of a fact that is known; the same object when it always is. */
function withoutNull(schema) {
  if (schema.anyOf?.some(({ type }) => type === "null")) {
    return schema.anyOf.find(({ type }) => type !== "null");
  }
  if (!(Array.isArray(schema.type) && schema.type.includes("null"))) return schema;
  return { ...schema, type: schema.type.find((type) => type !== "null") };
}

async function signalsPage() {
  const { signalTypes } = await fromDist("core/signals/signal-types.js");
  const sections = Object.entries(signalTypes).flatMap(([type, { subject, data, summary }]) => [
    "",
    `## ${type}`,
    "",
    summary,
    "",
    `* About: ${signalSubjects[subject]}.`,
    ...carriedBy(z.toJSONSchema(data, { io: "input" })),
  ]);
  return page("Signals", [
    "What may be told of a project, and what each telling carries in its `data`. On the wire a type stands behind `dev.sluice.`. What follows from",
    "each is in [Signals](../guides/signals.md).",
    ...sections,
  ]);
}

const signalSubjects = {
  source: "a source",
  subject: "a source or model",
  connection: "a connection",
  resource: "`memory`, `disk`, `slots` or `warehouse`",
};

/** @param {{ properties?: Record<string, any>, required?: string[] }} schema */
function carriedBy({ properties = {}, required = [] }) {
  const said = Object.entries(properties).filter(([, { type }]) => type !== "null");
  const rows = said.map(([name, field]) => [
    `\`${name}\``,
    instantOrType(withoutNull(field)),
    required.includes(name) ? "required" : "",
    field.description ?? "",
  ]);
  return ["", ...table(["field", "type", "", "meaning"], rows)];
}

/** An instant may be written in two ways. */
function instantOrType(field) {
  const types = field.anyOf?.map(({ type }) => type).join();
  return types === "integer,string" ? "instant" : typeText(field);
}

function table(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)];
}

const page = (title, lines) =>
  [`# ${title}`, "", "<!-- Written by `npm run docs`; edits are lost. -->", "", ...lines, ""].join(
    "\n",
  );

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
