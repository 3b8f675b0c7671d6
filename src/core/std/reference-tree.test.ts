import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareText } from "./compare.ts";
import { hashOf, hashText } from "./hash.ts";
import { graftReferences, plantReferences, type Reference, treeObjects } from "./reference-tree.ts";

const listOf = (names: Iterable<string>, version = ""): Reference[] =>
  [...new Set(names)].sort(compareText).map((name) => [name, hashText(name + version)]);

const many = listOf(Array.from({ length: 2_000 }, (_, index) => `source_${index}`));

describe("a tree of references", () => {
  test("stores each level under the hash of its value", () => {
    for (const { id, value } of treeObjects(plantReferences(many))) expect(hashOf(value)).toBe(id);
  });

  test("cuts a long list into several chunks, and shares all but one after one change", () => {
    const before = plantReferences(many);
    const after = graftReferences(before, new Map([["source_77", hashText("new")]]));
    const kept = new Set(before.chunks.map((chunk) => chunk.id));
    expect(before.chunks.length).toBeGreaterThan(5);
    expect(after.chunks.filter((chunk) => !kept.has(chunk.id))).toHaveLength(1);
  });

  test("is the same whether it was planted or grafted", () => {
    const name = fc.string({ maxLength: 3 });
    const change = fc.tuple(name, fc.option(fc.constantFrom("a", "b")));
    fc.assert(
      fc.property(fc.array(name), fc.array(change), fc.nat(2_000), (names, changes, extra) => {
        const start = [...listOf(names), ...many.slice(0, extra)];
        const entries = new Map(start);
        const edits = new Map(
          changes.map(
            ([at, version]) => [at, version === null ? null : hashText(version)] as const,
          ),
        );
        const tree = plantReferences([...entries].sort(([a], [b]) => compareText(a, b)));
        for (const [at, id] of edits) {
          if (id === null) entries.delete(at);
          else entries.set(at, id);
        }
        const planted = plantReferences([...entries].sort(([a], [b]) => compareText(a, b)));
        expect(graftReferences(tree, edits).id).toBe(planted.id);
      }),
      { numRuns: 200 },
    );
  });

  test("joins chunks when the name that ended one is removed", () => {
    let tree = plantReferences(many);
    const left = new Map(many);
    for (const chunk of tree.chunks) {
      const end = chunk.entries.at(-1)?.[0] ?? "";
      left.delete(end);
      tree = graftReferences(tree, new Map([[end, null]]));
      expect(tree.id).toBe(plantReferences([...left]).id);
    }
  });
});
