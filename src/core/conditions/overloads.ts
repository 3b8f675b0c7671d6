import type { ConditionType } from "./condition-type.ts";
import { listOverloads } from "./list-overloads.ts";
import { numberOverloads } from "./number-overloads.ts";
import type { Overload } from "./overload.ts";
import { textOverloads } from "./text-overloads.ts";
import { timeOverloads } from "./time-overloads.ts";

const byName = new Map<string, readonly Overload[]>();
for (const overload of [...numberOverloads, ...textOverloads, ...timeOverloads, ...listOverloads]) {
  byName.set(overload.name, [...(byName.get(overload.name) ?? []), overload]);
}

/** All signatures of a function or operator, called as a method or not; empty when there are none. */
export function overloadsOf(name: string, isMethod: boolean): readonly Overload[] {
  return (byName.get(name) ?? []).filter((overload) => overload.isMethod === isMethod);
}

/** Names of what may be called as a method, or of functions (not of operators). */
export function callableNames(isMethod: boolean): readonly string[] {
  const names = [...byName].filter(([, all]) => all.some((each) => each.isMethod === isMethod));
  return names.map(([name]) => name).filter((name) => /^\w+$/.test(name));
}

/** The signature that takes arguments of these types, where none of them is dynamic. */
export function findOverload(
  overloads: readonly Overload[],
  args: readonly ConditionType[],
): Overload | null {
  return overloads.find((overload) => fits(overload, args, false)) ?? null;
}

/** The signatures that may take these arguments once the dynamic ones are known. */
export function possibleOverloads(
  overloads: readonly Overload[],
  args: readonly ConditionType[],
): readonly Overload[] {
  return overloads.filter((overload) => fits(overload, args, true));
}

export function resultOf(overload: Overload, args: readonly ConditionType[]): ConditionType {
  return typeof overload.result === "function" ? overload.result(args) : overload.result;
}

function fits(overload: Overload, args: readonly ConditionType[], isDynAllowed: boolean): boolean {
  return (
    overload.params.length === args.length &&
    overload.params.every((kind, index) => {
      const arg = args[index]?.kind;
      return kind === arg || (isDynAllowed && arg === "dyn");
    })
  );
}
