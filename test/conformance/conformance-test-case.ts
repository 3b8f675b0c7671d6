import { readdirSync, readFileSync } from "node:fs";
import { MEMORY_MAX, makeFrame, STEPS_MAX } from "../../src/core/conditions/budget.ts";
import { declareScope } from "../../src/core/conditions/cel-environment.ts";
import { compileNode } from "../../src/core/conditions/compile-node.ts";
import { ConditionFault } from "../../src/core/conditions/condition-fault.ts";
import type { Typed } from "../../src/core/conditions/equality.ts";
import { parseCondition } from "../../src/core/conditions/parse-condition.ts";
import { resolveCondition } from "../../src/core/conditions/resolve-condition.ts";
import { isUndetermined } from "../../src/core/conditions/run.ts";
import { Dynamic } from "../../src/core/conditions/value.ts";
import { isExpected, readExpected, schemaOf } from "./conformance-value.ts";
import {
  messageOf,
  messagesOf,
  parseTextproto,
  scalarOf,
  type TextMessage,
  textOf,
} from "./textproto.ts";

/** One test of the CEL conformance suite. */
export interface ConformanceCase {
  /** `file/section/test`. */
  readonly name: string;
  readonly file: string;
  readonly expression: string;
  readonly message: TextMessage;
}

/** Reads all tests of a folder of `.textproto` files, in the order of files and tests. */
export function readCases(folder: string): readonly ConformanceCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".textproto"));
  return files.sort().flatMap((name) => {
    const file = name.replace(".textproto", "");
    const root = parseTextproto(readFileSync(`${folder}/${name}`, "latin1"));
    return messagesOf(root, "section").flatMap((section) =>
      messagesOf(section, "test").map((message) => ({
        name: `${file}/${scalarOf(section, "name")}/${scalarOf(message, "name")}`,
        file,
        expression: textOf(scalarOf(message, "expr") ?? ""),
        message,
      })),
    );
  });
}

const messages = ["proto2", "proto2_ext", "proto3", "enums", "wrappers", "dynamic"];
const extensions = ["encoders_ext", "math_ext", "network_ext", "bindings_ext", "block_ext"];
const message = /TestAllTypes|TestRequired|google\.protobuf\.|\w+Value\{|proto\.|\bcel\./;

/** Why a test is about something that the condition language does not have; else `null`. */
export function reasonLeftOut(test: ConformanceCase): string | null {
  const { file, expression } = test;
  const { fields } = test.message;
  if (messages.includes(file) || message.test(expression)) return "protobuf messages and enums";
  if (extensions.includes(file)) return "extension libraries";
  if (/\.(charAt|replace|reverse|format)\(|strings\.quote/.test(expression)) {
    return "extension libraries";
  }
  if (file === "optionals") return "optional values";
  if (file === "macros2") return "comprehensions of two variables";
  if (file === "type_deduction" || fields.has("check_only")) return "types deduced, not evaluated";
  if (/\btype\(/.test(expression) || /_denotation$/.test(test.name)) return "types as values";
  if (fields.has("disable_check")) return "expressions that are not type-checked";
  if (fields.has("container") || /namespace|qualified/.test(test.name)) {
    return "names with a namespace";
  }
  if (/'[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+'/.test(expression)) return "time zones by name";
  if (/receiver_function_names/.test(test.name)) return "functions declared by the host";
  return null;
}

/** Runs a test. @returns `null` when it passes, else what was not as expected. */
export function runCase(test: ConformanceCase): string | null {
  const bindings = readBindings(test.message);
  if (bindings === null) return "a binding has no value in the language";
  const result = evaluateExpression(test.expression, bindings);
  if (test.message.fields.has("eval_error")) {
    return typeof result === "string" ? null : "no error, though one is expected";
  }
  if (typeof result === "string") return result;
  const value = messageOf(test.message, "value");
  const expected =
    value === null ? { type: { kind: "bool" } as const, value: true } : readExpected(value);
  if (expected === null) return "the expected value is not part of the language";
  return isExpected(result, expected) ? null : `is ${JSON.stringify(shown(result))}`;
}

function shown(result: Typed): unknown {
  return { kind: result.type.kind, value: String(result.value) };
}

function readBindings(message: TextMessage): ReadonlyMap<string, Typed> | null {
  const bindings = new Map<string, Typed>();
  for (const binding of messagesOf(message, "bindings")) {
    const outer = messageOf(binding, "value");
    const value = outer === null ? null : messageOf(outer, "value");
    const typed = value === null ? null : readExpected(value);
    if (typed === null) return null;
    bindings.set(scalarOf(binding, "key") ?? "", typed);
  }
  return bindings;
}

/** The value of an expression, or in words why it has none. */
function evaluateExpression(
  expression: string,
  bindings: ReadonlyMap<string, Typed>,
): Typed | string {
  const schemas = [...bindings].map(([name, { type }]) => [name, schemaOf(type)] as const);
  const scope = declareScope({ variables: Object.fromEntries(schemas) });
  try {
    const parsed = parseCondition(expression, scope);
    const names = { variables: scope.types, locals: [], masked: parsed.masked };
    const root = resolveCondition(parsed.ast, names);
    parsed.confirmTypes();
    const frame = makeFrame();
    frame.stepsLeft = STEPS_MAX;
    frame.memoryLeft = MEMORY_MAX;
    frame.variables = Object.fromEntries(
      [...bindings].map(([name, typed]) => [name, bound(typed)]),
    );
    const value = compileNode(root, null)(frame);
    if (isUndetermined(value)) return value.error ?? `unknown: ${value.missing.join()}`;
    return { type: root.type, value };
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return `${error.problem.code}: ${error.problem.message}`;
  }
}

function bound(typed: Typed): unknown {
  const isDynamic = ["dyn", "list", "map", "object", "null"].includes(typed.type.kind);
  return isDynamic ? new Dynamic(typed.type, typed.value) : typed.value;
}
