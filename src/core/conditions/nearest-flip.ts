import { compareText } from "../std/compare.ts";
import type { Condition, Variables } from "./condition.ts";
import type { ConditionNode } from "./condition-node.ts";
import { evaluateNode } from "./evaluate-node.ts";
import { changeOfAtom, type FlipChange, type Place } from "./flip-change.ts";
import { substituteFacts } from "./substitute-facts.ts";

/** The fewest changes that turn a condition's outcome. */
export interface Flip {
  /** In name order. All of them are needed. */
  readonly changes: readonly FlipChange[];
  /** The changes as people read them, joined by `and`. */
  readonly text: string;
  /** True when the outcome was seen to turn with these changes made; false when that cannot be tried. */
  readonly isVerified: boolean;
}

/** Sets of changes that are looked at on each level; the nearest are kept. */
const CANDIDATES_MAX = 64;

/**
 * Finds the nearest change that gives a condition the wanted outcome: the fewest atomic comparisons,
 * and among these the ones whose values are least far away. `null` when nothing turns it, or when
 * it already is as wanted.
 */
export function nearestFlip(
  condition: Condition,
  variables: Variables,
  wanted: "matched" | "not_matched",
): Flip | null {
  if (condition.evaluate(variables).outcome === wanted) return null;
  const place = { text: condition.text, variables };
  for (const changes of waysTo(condition.root, wanted === "matched", place)) {
    const trial = tryChanges(condition, variables, changes);
    if (changes.length === 0 || (trial !== null && trial !== wanted)) continue;
    const inOrder = changes.toSorted((left, right) => compareText(left.path, right.path));
    const text = inOrder.map((change) => change.text).join(" and ");
    return { changes: inOrder, text, isVerified: trial !== null };
  }
  return null;
}

/** The outcome with the changes made, or `null` when one of them is of no single fact. */
function tryChanges(
  condition: Condition,
  variables: Variables,
  changes: readonly FlipChange[],
): string | null {
  if (changes.some((change) => change.witness === undefined)) return null;
  const facts = new Map(changes.map((change) => [change.path, change.witness] as const));
  return condition.evaluate(substituteFacts(variables, facts)).outcome;
}

type Ways = readonly (readonly FlipChange[])[];

/** Sets of changes that give a node the wanted value, the nearest first; the empty set if it has it. */
function waysTo(node: ConditionNode, isWanted: boolean, place: Place): Ways {
  if (evaluateNode(node, place.variables) === isWanted) return [[]];
  if (node.kind === "literal") return [];
  if (node.kind !== "call") return [changeOfAtom(node, isWanted, place)];
  const [first, second, third] = node.args;
  if (first === undefined) return [];
  switch (node.callee) {
    case "!":
      return waysTo(first, !isWanted, place);
    case "&&":
    case "||": {
      if (second === undefined) return [];
      const ways = [waysTo(first, isWanted, place), waysTo(second, isWanted, place)] as const;
      const needsBoth = (node.callee === "&&") === isWanted;
      return needsBoth ? both(...ways) : nearest([...ways[0], ...ways[1]]);
    }
    case "?:": {
      if (second === undefined || third === undefined) return [];
      const whenTrue = both(waysTo(first, true, place), waysTo(second, isWanted, place));
      const whenFalse = both(waysTo(first, false, place), waysTo(third, isWanted, place));
      return nearest([...whenTrue, ...whenFalse]);
    }
    default:
      return [changeOfAtom(node, isWanted, place)];
  }
}

function both(left: Ways, right: Ways): Ways {
  return nearest(
    left.flatMap((one) =>
      right.map((other) => {
        const known = new Set(one.map((change) => change.text));
        return [...one, ...other.filter((change) => !known.has(change.text))];
      }),
    ),
  );
}

function nearest(ways: Ways): Ways {
  const distance = (way: readonly FlipChange[]) =>
    way.reduce((sum, change) => sum + change.distance, 0);
  const sorted = ways.toSorted(
    (left, right) => left.length - right.length || distance(left) - distance(right),
  );
  return sorted.slice(0, CANDIDATES_MAX);
}
