/** A node of a syntax tree: what it is, and its fields. */
export interface SyntaxNode {
  /** The parser's word for it, such as `column` or `select`. */
  readonly kind: string;
  readonly fields: Fields;
  /** The object that the tree has for it, by which it is known again. */
  readonly origin: object;
}

export type Fields = Readonly<Record<string, unknown>>;

const noFields: Fields = {};

/** The node that a value of the tree is: an object with one key, its kind. */
export function nodeOf(value: unknown): SyntaxNode | null {
  if (!isFields(value)) return null;
  const keys = Object.keys(value);
  const kind = keys[0];
  if (kind === undefined || keys.length > 1) return null;
  const fields = value[kind];
  if (isFields(fields)) return { kind, fields, origin: value };
  // Kinds without fields of their own, such as `null` or `row_number`, keep nothing.
  return { kind, fields: noFields, origin: value };
}

/** The fields of a value that is an object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : noFields;
}

/** A value as a list: absent ones are empty. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a name, which the tree has as text or as an object with a `name`. */
export function nameOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  const { name } = fieldsOf(value);
  return typeof name === "string" ? name : null;
}

/** Names in their order. */
export function namesOf(value: unknown): readonly string[] {
  return listOf(value)
    .map(nameOf)
    .filter((name) => name !== null);
}

/**
 * The nodes right below a value, whatever fields they stand in. An object with one field may be a
 * node or only hold one: it counts as a node, whose own children are then found the same way.
 */
export function childrenOf(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(childrenOf);
  if (!isFields(value)) return [];
  const inner = Object.values(value);
  const node = inner.length === 1 && isFields(inner[0]) ? nodeOf(value) : null;
  return node === null ? inner.flatMap(childrenOf) : [node];
}

/** The node itself without parentheses and notes around it. */
export function bareNode(value: unknown): SyntaxNode | null {
  let node = nodeOf(value);
  while (node !== null && (node.kind === "paren" || node.kind === "annotated")) {
    node = nodeOf(node.fields["this"]);
  }
  return node;
}

/** The text of a constant; `null` for all else, NULL included. */
export function literalOf(value: unknown): string | null {
  const node = bareNode(value);
  if (node?.kind === "literal") return nameOf({ name: node.fields["value"] });
  if (node?.kind === "boolean") return String(node.fields["value"] === true);
  return null;
}

/** All nodes of a tree for which `isWanted`, from the top. */
export function findNodes(
  value: unknown,
  isWanted: (node: SyntaxNode) => boolean,
): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== "object" || at === null) return;
    const node = nodeOf(at);
    if (node !== null && isWanted(node)) found.push(node);
    for (const below of Object.values(at)) visit(below);
  };
  visit(value);
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
