import type { ModelSpec } from "../project/project.ts";
import { assert } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { Scope } from "./decide-input.ts";

/**
 * Models so that each comes after all models that it reads; by name where nothing else says.
 * The project's checks find cycles with their place; here one is a bug of the caller.
 */
export function orderModels(models: ReadonlyMap<string, ModelSpec>): readonly ModelSpec[] {
  const ordered: ModelSpec[] = [];
  const visited = new Map<string, "open" | "done">();
  const roots = [...models.keys()].sort(compareText);
  // A stack of its own, because chains of models may be deeper than the call stack.
  const stack: { readonly spec: ModelSpec; next: number }[] = [];
  const enter = (name: string) => {
    const spec = models.get(name);
    if (spec === undefined || visited.get(name) === "done") return;
    assert(!visited.has(name), `models do not read each other in a circle (${name})`);
    visited.set(name, "open");
    stack.push({ spec, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.spec.inputs[top.next];
      top.next += 1;
      if (input !== undefined) {
        enter(input.subject);
        continue;
      }
      visited.set(top.spec.name, "done");
      ordered.push(top.spec);
      stack.pop();
    }
  }
  return ordered;
}

/** Finds the sources that a model reads, itself or through others; each model is looked at once. */
export function sourceFinder({ sources, models }: Scope): (model: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (model) => {
    const found = known.get(model) ?? findSources({ sources, models }, model);
    known.set(model, found);
    return found;
  };
}

function findSources({ sources, models }: Scope, model: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [model];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { subject } of models.get(name)?.inputs ?? []) {
      if (sources.has(subject)) found.add(subject);
      else open.push(subject);
    }
  }
  return found;
}

/** The models that read each subject, in name order. */
export function findReaders(
  models: ReadonlyMap<string, ModelSpec>,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const name of [...models.keys()].sort(compareText)) {
    for (const { subject } of models.get(name)?.inputs ?? []) {
      const known = readers.get(subject);
      if (known === undefined) readers.set(subject, [name]);
      else known.push(name);
    }
  }
  return readers;
}
