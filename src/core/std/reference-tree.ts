import { compareText } from "./compare.ts";
import { type Hash, hashOf, hashText } from "./hash.ts";
import type { Json } from "./json.ts";

/**
 * A long list of named references as a shallow tree, so that lists which differ in one entry share
 * all chunks but one. Chunks end where a name says so: the same entries give the same chunks in
 * whatever way the list came about.
 *
 * root   { "chunks": [id, …] }
 * chunk  [[name, id], …]        in name order, some 128 entries
 */
export interface ReferenceTree {
  readonly id: Hash;
  readonly chunks: readonly ReferenceChunk[];
}

export interface ReferenceChunk {
  readonly id: Hash;
  /** In name order, each name once. */
  readonly entries: readonly Reference[];
}

export type Reference = readonly [name: string, id: Hash];

/** The tree of a list, whose entries are in name order. */
export function plantReferences(entries: readonly Reference[]): ReferenceTree {
  return treeOf(cut(entries));
}

/** The tree after some references were set, or removed (`null`): chunks without a change are kept. */
export function graftReferences(
  tree: ReferenceTree,
  changes: ReadonlyMap<string, Hash | null>,
): ReferenceTree {
  if (changes.size === 0) return tree;
  const names = [...changes.keys()].sort(compareText);
  const chunks: ReferenceChunk[] = [];
  let next = 0;
  let open: Reference[] = [];
  for (const [index, chunk] of tree.chunks.entries()) {
    const isLast = index === tree.chunks.length - 1;
    const end = chunk.entries.at(-1)?.[0] ?? "";
    const touching: string[] = [];
    for (let name = names[next]; name !== undefined; name = names[next]) {
      if (!isLast && compareText(name, end) > 0) break;
      touching.push(name);
      next += 1;
    }
    if (touching.length === 0 && open.length === 0) {
      chunks.push(chunk);
      continue;
    }
    const pieces = cut([...open, ...withChanges(chunk.entries, touching, changes)]);
    open = [];
    const tail = pieces.at(-1);
    // An end that was removed joins the chunk with the one after it.
    if (!isLast && tail !== undefined && !endsChunk(tail.entries.at(-1)?.[0] ?? "")) {
      open = [...tail.entries];
      pieces.pop();
    }
    chunks.push(...pieces);
  }
  if (tree.chunks.length === 0) chunks.push(...cut(withChanges([], names, changes)));
  return treeOf(chunks);
}

/** Both levels as values to store under their hashes. */
export function treeObjects(
  tree: ReferenceTree,
): readonly { readonly id: Hash; readonly value: Json }[] {
  const chunks = tree.chunks.map(({ id, entries }) => ({ id, value: entries }));
  return [...chunks, { id: tree.id, value: { chunks: tree.chunks.map((chunk) => chunk.id) } }];
}

function withChanges(
  entries: readonly Reference[],
  touching: readonly string[],
  changes: ReadonlyMap<string, Hash | null>,
): readonly Reference[] {
  const merged = new Map(entries);
  for (const name of touching) {
    const id = changes.get(name) ?? null;
    if (id === null) merged.delete(name);
    else merged.set(name, id);
  }
  return [...merged].sort(([left], [right]) => compareText(left, right));
}

function cut(entries: readonly Reference[]): ReferenceChunk[] {
  const chunks: ReferenceChunk[] = [];
  let start = 0;
  for (const [index, [name]] of entries.entries()) {
    if (!endsChunk(name) && index < entries.length - 1) continue;
    const piece = entries.slice(start, index + 1);
    chunks.push({ id: chunkId(piece), entries: piece });
    start = index + 1;
  }
  return chunks;
}

function treeOf(chunks: readonly ReferenceChunk[]): ReferenceTree {
  return { id: hashOf({ chunks: chunks.map((chunk) => chunk.id) }), chunks };
}

/** The canonical JSON of the entries, assembled by hand because these lists are long. */
function chunkId(entries: readonly Reference[]): Hash {
  const texts = entries.map(([name, id]) => `[${JSON.stringify(name)},"${id}"]`);
  return hashText(`[${texts.join(",")}]`);
}

/** FNV-1a: cheap, and the same on any machine. About one name in 128 ends its chunk. */
function endsChunk(name: string): boolean {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a mix poorly on their own.
  return ((hash ^ (hash >>> 15)) & 127) === 0;
}
