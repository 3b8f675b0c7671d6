import { entryAt } from "../../core/run/persistent-vector.ts";
import type { RunState } from "../../core/run/run-state.ts";
import { Violation } from "./violation.ts";

/** What a log folds to is what the process that wrote it had. @throws Violation */
export function checkReplayed(live: RunState, replayed: RunState): void {
  const everyEntry = (length: number, holds: (index: number) => boolean) =>
    Array.from({ length }, (_, index) => index).every(holds);
  const isSame =
    isEqual(withoutLists(live), withoutLists(replayed)) &&
    everyEntry(live.tasks.length, (task) =>
      isEqual(entryAt(live.tasks, task), entryAt(replayed.tasks, task)),
    ) &&
    everyEntry(live.units.length, (unit) =>
      isEqual(entryAt(live.units, unit), entryAt(replayed.units, unit)),
    );
  if (!isSame) throw new Violation("replay", "the log does not give the state that was there");
}

/** All but the plan, which both have, and the lists that are compared entry by entry. */
function withoutLists(state: RunState): object {
  const { plan, tasks: _tasks, units: _units, ...rest } = state;
  return { ...rest, blueprint: plan.blueprint };
}

/** Whether two plain values are the same, without writing them out. */
function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  if (left instanceof Map || left instanceof Set) return isEqualList(left, right);
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => isEqual(Reflect.get(left, key), Reflect.get(right, key)));
}

function isEqualList(
  left: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>,
  right: object,
): boolean {
  if (!(right instanceof Map) && !(right instanceof Set)) return false;
  return left.size === right.size && isEqual([...left], [...right]);
}
