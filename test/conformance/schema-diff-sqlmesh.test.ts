import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderDataType } from "../../src/core/schema/data-type.ts";
import { type ComparableSchema, diffSchemas } from "../../src/core/schema/diff-schemas.ts";
import { dataTypeOf } from "../../src/core/schema/parse-data-type.ts";
import type { NestedChange, SchemaChange } from "../../src/core/schema/schema-change.ts";

/**
 * The cases of SQLMesh's schema differ. There an operation is an ALTER; what a database cannot
 * alter is dropped and added anew. We say what changed, so the two are compared as operations on
 * paths: add, drop and change, with the type and, where the case has it, the place of what is added.
 */

const file = fileURLToPath(
  new URL("../../../shared/data/schema-diff-sqlmesh/schema_diff_cases.json", import.meta.url),
);

const operation = z.object({
  op: z.string(),
  column_parts: z.array(z.object({ kind: z.string(), args: z.array(z.string()) })),
  column_type: z.string().optional(),
  is_part_of_destructive_change: z.boolean().optional(),
  position: z.object({ at: z.string(), args: z.array(z.string()) }).optional(),
});

const schemaDiffCase = z.object({
  test: z.string(),
  current_struct: z.string(),
  new_struct: z.string(),
  config: z.union([z.string(), z.object({})]),
  expected_diff: z.array(operation).optional(),
  expected_diff_with_destructive: z.array(operation).optional(),
  expected_diff_ignore_destructive: z.array(operation).optional(),
  expected_diff_with_additive: z.array(operation).optional(),
  expected_diff_ignore_additive: z.array(operation).optional(),
});

type Operation = z.infer<typeof operation>;

/** An operation at a path, such as `add info.col_d INTEGER`. */
interface Step {
  readonly op: "add" | "drop" | "change";
  readonly path: string;
  readonly type: string | null;
  /** Where it is added: after this name, or first. `null` where nothing is said. */
  readonly after: string | null;
}

const first = "(first)";

/** `STRUCT<a INT, b ARRAY<STRING>>` as DuckDB writes it. */
function duckdbType(text: string): string {
  const tokens = text.match(/[<>,]|\([^)]*\)|[^\s<>,()]+/g) ?? [];
  let at = 0;
  const read = (): string => {
    const name = (tokens[at++] ?? "").toUpperCase();
    if (tokens[at] === "<") {
      at += 1;
      const parts: string[] = [];
      do {
        if (name === "ARRAY") parts.push(read());
        else parts.push(`"${tokens[at++]}" ${read()}`);
      } while (tokens[at++] === ",");
      return name === "ARRAY" ? `${parts.join()}[]` : `STRUCT(${parts.join(", ")})`;
    }
    if (name === "ARRAY") return "VARCHAR[]";
    const length = tokens[at]?.startsWith("(") === true ? (tokens[at++] ?? "") : "";
    return length === "(max)" ? name : `${name}${length}`;
  };
  return renderDataType(dataTypeOf(read()));
}

function schemaOf(struct: string): ComparableSchema {
  const type = dataTypeOf(duckdbType(struct));
  const fields = type.kind === "struct" ? type.fields : [];
  return {
    columns: fields.map((field) => {
      return { name: field.name, type: renderDataType(field.type), nullable: true };
    }),
    key: [],
  };
}

function theirSteps(operations: readonly Operation[]): readonly Step[] {
  const steps = operations.map((one): Step => {
    const position = one.position;
    return {
      op: one.op.includes("Add") ? "add" : one.op.includes("Drop") ? "drop" : "change",
      path: one.column_parts.flatMap(({ args }) => args).join("."),
      type: one.column_type === undefined ? null : duckdbType(one.column_type),
      after: position === undefined ? null : (position.args[0] ?? first),
    };
  });
  // What is dropped and added anew under its name has changed.
  return steps.flatMap((step): readonly Step[] => {
    const isPair = (op: string) => steps.some((one) => one.op === op && one.path === step.path);
    if (step.op === "drop" && isPair("add")) return [];
    return step.op === "add" && isPair("drop") ? [{ ...step, op: "change", after: null }] : [step];
  });
}

function ourSteps(changes: readonly SchemaChange[], after: ComparableSchema): readonly Step[] {
  return changes.flatMap((change): readonly Step[] => {
    if (change.kind === "reordered") return [];
    if (change.kind === "nested") {
      const path = change.path.replaceAll("[]", "");
      return step(path, change.inner, fieldNames(after, path.split(".").slice(0, -1)));
    }
    if (change.kind === "added" || change.kind === "dropped" || "isLossy" in change) {
      return step(
        change.column,
        change,
        after.columns.map(({ name }) => name),
      );
    }
    return [{ op: "change", path: `${change.kind} ${change.column}`, type: null, after: null }];
  });
}

type StepChange = NestedChange | Extract<SchemaChange, { kind: "added" | "dropped" | "widened" }>;

function step(path: string, change: StepChange, names: readonly string[]): readonly Step[] {
  switch (change.kind) {
    case "added":
      return [{ op: "add", path, type: change.type, after: names[change.position - 1] ?? first }];
    case "dropped":
      return [{ op: "drop", path, type: null, after: null }];
    case "widened":
    case "narrowed":
    case "retyped":
      return [{ op: "change", path, type: change.after, after: null }];
    case "reordered":
      return [];
    case "renamed":
      return [{ op: "change", path: `renamed ${path}`, type: null, after: null }];
  }
}

function fieldNames(schema: ComparableSchema, path: readonly string[]): readonly string[] {
  const [column, ...inner] = path;
  let type = dataTypeOf(schema.columns.find(({ name }) => name === column)?.type ?? "NULL");
  for (const name of inner) {
    while (type.kind === "list") type = type.item;
    const field = type.kind === "struct" ? type.fields.find((one) => one.name === name) : undefined;
    type = field?.type ?? { kind: "unknown" };
  }
  while (type.kind === "list") type = type.item;
  return type.kind === "struct" ? type.fields.map(({ name }) => name) : [];
}

/** What a case's settings of its database leave of our changes. */
interface Setting {
  readonly ignoresNested: boolean;
  /** `old>new` that the database coerces without any change of its column. */
  readonly coerced: ReadonlySet<string>;
  /** `old>new` that it can alter in place. */
  readonly compatible: ReadonlySet<string>;
}

function settingOf(config: string | object): Setting {
  const text = typeof config === "string" ? config : "";
  const pairs = (key: string) => {
    const map = new RegExp(`${key}=\\{(.*?\\})\\}`).exec(text)?.[1] ?? "";
    const names = [...map.matchAll(/build\('(\w+)'\)/g)].map((match) => duckdbType(match[1] ?? ""));
    return names.flatMap((name, at) => (at % 2 === 0 ? [[name, names[at + 1] ?? ""]] : []));
  };
  const compatible = pairs("compatible_types");
  const coercesCompatible = text.includes("support_coercing_compatible_types=True");
  return {
    ignoresNested: text.includes("NestedSupport.IGNORE"),
    // A value of the new type goes into a column of the old one.
    coerced: new Set([
      ...pairs("coerceable_types").map(([old, now]) => `${old}>${now}`),
      ...(coercesCompatible ? compatible.map(([narrow, wide]) => `${wide}>${narrow}`) : []),
    ]),
    compatible: new Set(compatible.map(([old, now]) => `${old}>${now}`)),
  };
}

function isWithin(setting: Setting, change: SchemaChange): boolean {
  if (change.kind === "nested") return !setting.ignoresNested;
  return !("isLossy" in change && setting.coerced.has(`${change.before}>${change.after}`));
}

/** One line for each step, without what the other side does not say. */
function compared(ours: readonly Step[], theirs: readonly Step[]): readonly [string[], string[]] {
  const said = new Map(theirs.map((one) => [`${one.op} ${one.path}`, one]));
  const whole = theirs.filter(({ op }) => op === "change").map(({ path }) => path);
  const folded = ours.map((one) => {
    // Where a database cannot alter a struct, the column as a whole is made anew.
    const column = whole.find((path) => one.path.startsWith(`${path}.`));
    if (column === undefined) return one;
    return {
      op: "change",
      path: column,
      type: said.get(`change ${column}`)?.type ?? null,
      after: null,
    };
  });
  const line = ({ op, path, type, after }: Step | (typeof folded)[number]) => {
    const saysPlace = said.get(`${op} ${path}`)?.after !== null;
    return `${op} ${path} ${type ?? ""}${op === "add" && saysPlace ? ` after ${after}` : ""}`;
  };
  return [[...new Set(folded.map(line))].sort(), [...new Set(theirs.map(line))].sort()];
}

function agreement(
  one: z.infer<typeof schemaDiffCase>,
): readonly (readonly [string[], string[]])[] {
  const setting = settingOf(one.config);
  const after = schemaOf(one.new_struct);
  const changes = diffSchemas(schemaOf(one.current_struct), after).filter((change) =>
    isWithin(setting, change),
  );
  const isDestructive = (change: SchemaChange) =>
    change.kind === "dropped" ||
    (change.kind === "nested" && change.inner.kind === "dropped") ||
    ("isLossy" in change && !setting.compatible.has(`${change.before}>${change.after}`));
  const additive = changes.filter((change) => !isDestructive(change));
  const destructive = changes.filter(isDestructive);
  const wanted = [
    [changes, one.expected_diff],
    [changes, one.expected_diff_with_destructive],
    [additive, one.expected_diff_ignore_destructive],
    [changes, one.expected_diff_with_additive],
    [destructive, one.expected_diff_ignore_additive],
  ] as const;
  return wanted.flatMap(([ours, theirs]) =>
    theirs === undefined ? [] : [compared(ourSteps(ours, after), theirSteps(theirs))],
  );
}

/** Cases on which we differ, by their place, with the reason why. */
const disagreements: Readonly<Record<number, string>> = {};

const isThere = existsSync(file);
const cases = isThere ? z.array(schemaDiffCase).parse(JSON.parse(readFileSync(file, "utf8"))) : [];

describe.skipIf(!isThere)("the schema diffs of SQLMesh", () => {
  test.for(cases.map((one, at) => [at, one] as const))(
    "%i: we find what they find, or say why not",
    ([at, one]) => {
      const results = agreement(one);
      expect(results.length).toBeGreaterThan(0);
      const differ = results.filter(([ours, theirs]) => ours.join() !== theirs.join());
      if (disagreements[at] !== undefined) expect(differ).not.toEqual([]);
      else for (const [ours, theirs] of results) expect(ours).toEqual(theirs);
    },
  );

  test("72 cases, all of which agree", () => {
    expect(cases).toHaveLength(72);
    expect(Object.keys(disagreements)).toHaveLength(0);
  });
});
