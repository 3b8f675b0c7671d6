import { compareText } from "../std/compare.ts";

/**
 * Cycles of a graph, each once, as the path from its least name back to it. Where cycles share
 * nodes, some come to light only when others are gone.
 * @param inputs by node; names that are no nodes are passed over.
 */
export function findCycles(
  inputs: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  for (const root of [...inputs.keys()].sort(compareText)) {
    cycles.push(...cyclesFrom(root, inputs, done));
  }
  return cycles;
}

/** A depth-first walk with a stack of its own: chains may be longer than the language's. */
function cyclesFrom(
  root: string,
  inputs: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): readonly (readonly string[])[] {
  if (done.has(root)) return [];
  const cycles: (readonly string[])[] = [];
  const path: string[] = [root];
  const places = new Map([[root, 0]]);
  const pending = [nextNodes(root, inputs)];
  while (path.length > 0) {
    const next = pending.at(-1)?.pop();
    if (next === undefined) {
      const left = path.pop() ?? "";
      pending.pop();
      places.delete(left);
      done.add(left);
      continue;
    }
    const place = places.get(next);
    if (place !== undefined) cycles.push(fromLeast(path.slice(place)));
    else if (!done.has(next)) {
      places.set(next, path.length);
      path.push(next);
      pending.push(nextNodes(next, inputs));
    }
  }
  return cycles;
}

/** In reverse order, because they are taken from the end. */
function nextNodes(node: string, inputs: ReadonlyMap<string, readonly string[]>): string[] {
  const known = (inputs.get(node) ?? []).filter((input) => inputs.has(input));
  return known.sort(compareText).reverse();
}

function fromLeast(cycle: readonly string[]): readonly string[] {
  const [least = ""] = [...cycle].sort(compareText);
  const at = cycle.indexOf(least);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
