import type { Json } from "../std/json.ts";
import type { Location } from "./problem.ts";
import { type ScalarStyle, scalarOffsets } from "./scalar-offsets.ts";
import type { SourceText } from "./source-text.ts";

/** Keys and list indexes from the document's root. */
export type DocumentPath = readonly (string | number)[];

/** Where a value, its key and its parts stand: offsets into the file's text, ends exclusive. */
export interface Spot {
  readonly start: number;
  readonly end: number;
  readonly key?: { readonly start: number; readonly end: number };
  readonly style?: ScalarStyle;
  readonly children?: ReadonlyMap<string | number, Spot>;
}

/** A YAML document as a JSON value of which every part knows its place. */
export class PositionedDocument {
  readonly source: SourceText;
  readonly value: Json;
  readonly #root: Spot;

  constructor(source: SourceText, value: Json, root: Spot) {
    this.source = source;
    this.value = value;
    this.#root = root;
  }

  /** The value at `path`, or `undefined` where nothing is. */
  at(path: DocumentPath): Json | undefined {
    let value: Json | undefined = this.value;
    for (const step of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
        return undefined;
      }
      const part: unknown = Reflect.get(value, step);
      value = isJson(part) ? part : undefined;
    }
    return value;
  }

  /** The place of the value at `path`, or of the nearest value around it that is there. */
  locate(path: DocumentPath): Location {
    const { spot } = this.#find(path);
    return this.#place(spot.start, spot.end);
  }

  /**
   * The place of the key of `path`; of the value where it has none, as in a list. Where nothing is
   * at `path`, the key or first line of what it is missing from.
   */
  locateKey(path: DocumentPath): Location {
    const { spot, isWhole } = this.#find(path);
    if (spot.key !== undefined) return this.source.locate(spot.key.start, spot.key.end);
    return isWhole ? this.#place(spot.start, spot.end) : this.source.locate(spot.start);
  }

  /**
   * The place of a part of the text at `path`, from `start` to `end` (exclusive) of its value,
   * through indentation, folding, quotes and escapes.
   */
  locateWithin(path: DocumentPath, start: number, end: number): Location {
    const { spot, isWhole } = this.#find(path);
    const value = this.at(path);
    if (!isWhole || typeof value !== "string" || spot.style === undefined) return this.locate(path);
    const written = this.source.text.slice(spot.start, spot.end);
    const offsets = scalarOffsets(written, value, spot.style);
    const last = offsets.length - 1;
    const from = offsets[Math.max(0, Math.min(start, last))] ?? 0;
    const lastMarked = offsets[Math.max(0, Math.min(end - 1, last))] ?? from;
    const to = end > start ? Math.max(from, lastMarked) + 1 : from;
    return this.source.locate(spot.start + from, spot.start + to);
  }

  #find(path: DocumentPath): { readonly spot: Spot; readonly isWhole: boolean } {
    let spot = this.#root;
    for (const step of path) {
      const child = spot.children?.get(step);
      if (child === undefined) return { spot, isWhole: false };
      spot = child;
    }
    return { spot, isWhole: true };
  }

  /** A mark ends with its first line. */
  #place(start: number, end: number): Location {
    const lineEnd = this.source.text.indexOf("\n", start);
    return this.source.locate(start, lineEnd < 0 ? end : Math.min(end, lineEnd));
  }
}

function isJson(value: unknown): value is Json {
  return value === null || ["string", "number", "boolean", "object"].includes(typeof value);
}
