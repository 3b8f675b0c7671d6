import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import { assert } from "../std/assert.ts";
import { isWellFormed } from "../std/canonical-json.ts";
import type { Json } from "../std/json.ts";
import type { Spot } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import type { ScalarStyle } from "./scalar-offsets.ts";
import type { SourceText } from "./source-text.ts";

/** What follows the first few mostly follows from them. */
export const problemsMax = 20;

interface Read {
  readonly value: Json;
  readonly spot: Spot;
}

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

const aliasFinding: Finding = {
  code: "yaml-alias",
  message: "A YAML alias stands here, and aliases are not supported: a file says what it means.",
  fix: "Write the value out.",
};
const tagFinding: Finding = {
  code: "yaml-tag",
  message: "A YAML tag stands here, and tags are not supported.",
  fix: "Remove the tag; put a text in quotes.",
};
const keyFinding: Finding = {
  code: "yaml-key",
  message: "A key must be a plain text.",
  fix: "Write a word as the key; put it in quotes when it has special characters.",
};
const numberFinding: Finding = {
  code: "yaml-number",
  message: "This number cannot be kept exactly.",
  fix: "Put it in quotes when it is a text, such as an id.",
};
const surrogateFinding: Finding = {
  code: "yaml-text",
  message: "An escape in this text makes half a character.",
  fix: "Write the character itself.",
};

function duplicateFinding(key: string): Finding {
  return {
    code: "duplicate-key",
    message: `The key \`${key}\` is here a second time, and only one of the two can hold.`,
    fix: "Remove one of them.",
  };
}

/** Keys that would not be data but a part of JavaScript's objects, and the merge key of YAML 1.1. */
function forbiddenFinding(key: string): Finding | null {
  if (key === "<<") {
    return {
      code: "yaml-merge-key",
      message: "A merge key stands here, and merge keys are not supported.",
      fix: "Write the keys out, or use `defaults`.",
    };
  }
  if (!(key in {})) return null;
  return {
    code: "forbidden-key",
    message: `The key \`${key}\` names a part of JavaScript's own objects and cannot be used.`,
    fix: "Choose another name.",
  };
}

/**
 * Turns a YAML node into a JSON value and the spots of its parts. Depth is bounded by the caller.
 * @param shift what to add to the nodes' offsets to have offsets into `source`.
 */
export function readYamlNode(node: unknown, source: SourceText, shift: number) {
  const reader = new NodeReader(source, shift);
  const { value, spot } = reader.read(node, shift);
  return { value, spot, isWhole: !reader.hasHole, problems: reader.problems };
}

class NodeReader {
  readonly problems: Problem[] = [];
  /** True when a part could not be read, so that the value is not the whole. */
  hasHole = false;
  readonly #source: SourceText;
  readonly #shift: number;

  constructor(source: SourceText, shift: number) {
    this.#source = source;
    this.#shift = shift;
  }

  read(node: unknown, emptyAt: number): Read {
    if (isAlias(node)) return this.#hole(this.#spot(node, emptyAt), aliasFinding);
    if (isScalar(node)) {
      const spot = this.#spot(node, emptyAt);
      if (node.tag !== undefined) return this.#hole(spot, tagFinding);
      return this.#scalar(node.value, { ...spot, style: styleOf(node.type) });
    }
    if (isSeq(node)) {
      const spot = this.#spot(node, emptyAt);
      return node.tag === undefined ? this.#list(node.items, spot) : this.#hole(spot, tagFinding);
    }
    if (isMap(node)) {
      const spot = this.#spot(node, emptyAt);
      return node.tag === undefined
        ? this.#mapping(node.items, spot)
        : this.#hole(spot, tagFinding);
    }
    return { value: null, spot: { start: emptyAt, end: emptyAt } };
  }

  #spot(node: { readonly range?: readonly number[] | null }, emptyAt: number): Spot {
    const [start, end] = node.range ?? [];
    if (start === undefined || end === undefined) return { start: emptyAt, end: emptyAt };
    return { start: start + this.#shift, end: end + this.#shift };
  }

  #list(items: readonly unknown[], spot: Spot): Read {
    const values: Json[] = [];
    const children = new Map<string | number, Spot>();
    for (const item of items) {
      const read = this.read(item, spot.start);
      children.set(values.length, read.spot);
      values.push(read.value);
    }
    return { value: values, spot: { ...spot, children } };
  }

  #mapping(pairs: readonly unknown[], spot: Spot): Read {
    const value: Record<string, Json> = {};
    const children = new Map<string | number, Spot>();
    for (const pair of pairs) {
      assert(isPair(pair), "a mapping holds pairs");
      const keySpot = this.#keySpot(pair.key, spot);
      const key = this.#key(pair.key, keySpot);
      const read = this.read(pair.value, keySpot.end);
      if (key === null) continue;
      const finding = children.has(key) ? duplicateFinding(key) : forbiddenFinding(key);
      if (finding === null) {
        value[key] = read.value;
        children.set(key, { ...read.spot, key: keySpot });
      } else this.#report(keySpot, finding);
    }
    return { value, spot: { ...spot, children } };
  }

  #keySpot(key: unknown, around: Spot): Spot {
    return isScalar(key) || isMap(key) || isSeq(key) || isAlias(key)
      ? this.#spot(key, around.start)
      : { start: around.start, end: around.start };
  }

  #key(key: unknown, spot: Spot): string | null {
    const isPlain = isScalar(key) && key.tag === undefined && typeof key.value === "string";
    if (isPlain && isWellFormed(String(key.value))) return String(key.value);
    this.#hole(spot, keyFinding);
    return null;
  }

  #scalar(value: unknown, spot: Spot): Read {
    if (typeof value === "string") {
      return isWellFormed(value) ? { value, spot } : this.#hole(spot, surrogateFinding);
    }
    if (typeof value === "number") {
      const isExact =
        Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
      // JSON has no -0, so it becomes 0 here.
      return isExact ? { value: value === 0 ? 0 : value, spot } : this.#hole(spot, numberFinding);
    }
    assert(value === null || typeof value === "boolean", "the core schema has no other scalars");
    return { value, spot };
  }

  #hole(spot: Spot, finding: Finding): Read {
    this.hasHole = true;
    this.#report(spot, finding);
    return { value: null, spot };
  }

  #report(spot: Spot, { code, message, fix }: Finding): void {
    if (this.problems.length >= problemsMax) return;
    const location = this.#source.locate(spot.start, spot.end);
    this.problems.push({ code, severity: "error", message, location, fix });
  }
}

const styles: ReadonlySet<string> = new Set<ScalarStyle>([
  "PLAIN",
  "QUOTE_SINGLE",
  "QUOTE_DOUBLE",
  "BLOCK_LITERAL",
  "BLOCK_FOLDED",
]);

function isStyle(type: string): type is ScalarStyle {
  return styles.has(type);
}

function styleOf(type: string | null | undefined): ScalarStyle {
  return typeof type === "string" && isStyle(type) ? type : "PLAIN";
}
