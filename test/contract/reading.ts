import { plainLoading } from "../../src/core/project/load-options.ts";
import type { LoadOptions } from "../../src/core/project/project.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Manifest } from "../../src/ports/staging.ts";
import type { LoadRequest } from "../../src/ports/warehouse.ts";
import { loadOf } from "./warehouse-requests.ts";
import type { WarehouseScene } from "./warehouse-scene.ts";

/** An instant of January 2024. */
export const day = (number: number) => Date.UTC(2024, 0, number);

/** Reads of one source, one a day: each an increment or a complete one. */
export function reading(
  scene: WarehouseScene,
  source: string,
  given: {
    readonly columns: string;
    readonly options: Partial<LoadRequest>;
    /** The day after which it begins. */
    readonly after?: number;
  },
) {
  let at = given.after ?? 0;
  return (
    text: string,
    more: Partial<LoadRequest> & { readonly read?: Partial<Manifest> } = {},
  ) => {
    at += 1;
    const { read = {}, ...options } = more;
    const draft = { ...scene.staged(source, text, given.columns), ...read };
    const request = loadOf(
      { ...draft, id: hashOf([draft, at]) },
      { ...given.options, fingerprint: hashOf([source, at]), ...options },
    );
    const provenance = { ...request.provenance, at: day(at) };
    return { ...request, provenance: options.provenance ?? provenance };
  };
}

export function loadingOf(options: Partial<LoadOptions>): LoadOptions {
  return { ...plainLoading, ...options };
}
