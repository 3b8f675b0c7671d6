import { Environment } from "@marcbachmann/cel-js";
import { DEPTH_MAX, NODES_MAX } from "./budget.ts";
import type { ConditionScope } from "./condition.ts";
import type { ConditionType } from "./condition-type.ts";
import { typeOfSchema } from "./type-of-schema.ts";

/** A scope as both checkers need it: our types by variable, and the parser's environment. */
export interface DeclaredScope {
  readonly types: ReadonlyMap<string, ConditionType>;
  readonly environment: Environment;
}

const declared = new WeakMap<ConditionScope, DeclaredScope>();

/** Declares a scope's variables from their schemas; once per scope, because it costs a while. */
export function declareScope(scope: ConditionScope): DeclaredScope {
  const known = declared.get(scope);
  if (known !== undefined) return known;
  const types = new Map(
    Object.entries(scope.variables).map(([name, schema]) => [name, typeOfSchema(schema)] as const),
  );
  const made = { types, environment: declareEnvironment(types) };
  declared.set(scope, made);
  return made;
}

/** What the parser's checker lacks and the language has: numbers of two types in one operation. */
const extraOperators = [
  "int + double: double",
  "double + int: double",
  "int - double: double",
  "double - int: double",
  "int * double: double",
  "double * int: double",
  "int / double: double",
  "double / int: double",
  "bytes < bytes: bool",
  "bytes <= bytes: bool",
  "bytes > bytes: bool",
  "bytes >= bytes: bool",
  "int == double: bool",
  "int == uint: bool",
  "double == uint: bool",
  "int in list<double>: bool",
  "double in list<int>: bool",
  "list<int> == list<double>: bool",
];

const instant = "google.protobuf.Timestamp";
const span = "google.protobuf.Duration";
const extraFunctions = [
  "int(uint): int",
  `int(${instant}): int`,
  `string(${instant}): string`,
  `string(${span}): string`,
  `timestamp(${instant}): ${instant}`,
  `duration(${span}): ${span}`,
  "matches(string, string): bool",
];

function declareEnvironment(types: ReadonlyMap<string, ConditionType>): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: NODES_MAX, maxDepth: DEPTH_MAX },
  });
  // Only ever asked about types: the evaluator is Sluice's own.
  const neverCalled = () => null;
  for (const signature of extraOperators) environment.registerOperator(signature, neverCalled);
  for (const signature of extraFunctions) environment.registerFunction(signature, neverCalled);
  for (const [name, type] of types) {
    environment.registerVariable(name, declareType(environment, type, `$${name}`));
  }
  return environment;
}

/** The parser's name of a type; an object's becomes a declared type called `name`. */
function declareType(environment: Environment, type: ConditionType, name: string): string {
  if (type.kind === "list")
    return `list<${declareType(environment, type.element, `${name}.item`)}>`;
  if (type.kind === "map") {
    const value = declareType(environment, type.value, `${name}.value`);
    return `map<${declareType(environment, type.key, `${name}.key`)}, ${value}>`;
  }
  if (type.kind === "object") {
    const fields: Record<string, string> = {};
    for (const [field, fieldType] of type.fields) {
      fields[field] = declareType(environment, fieldType, `${name}.${field}`);
    }
    environment.registerType(name, { fields });
    return name;
  }
  if (type.kind === "timestamp") return instant;
  return type.kind === "duration" ? span : type.kind;
}
