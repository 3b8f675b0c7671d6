import { spendMemory } from "./budget.ts";
import { intType, joinTypes } from "./condition-type.ts";
import { entriesOf } from "./equality.ts";
import { freeFunction, method, mismatch, type Overload, ofList, total } from "./overload.ts";

const sizes: readonly Overload[] = [method, freeFunction].flatMap((declare) => [
  total(
    declare(
      "size",
      ["list"],
      intType,
      ofList((list) => list.length),
    ),
  ),
  total(declare("size", ["map"], intType, (_frame, map) => entriesOf(map).size)),
]);

const concatenation = total(
  freeFunction(
    "+",
    ["list", "list"],
    ([left, right]) =>
      left === undefined || right === undefined ? intType : joinTypes(left, right),
    (frame, left, right) => {
      if (!Array.isArray(left) || !Array.isArray(right)) return mismatch;
      spendMemory(frame, left.length + right.length);
      return [...left, ...right];
    },
  ),
);

/** Functions of lists and maps. */
export const listOverloads: readonly Overload[] = [...sizes, concatenation];
