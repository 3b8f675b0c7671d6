import type { z } from "zod";
import type { JsonObject } from "../std/json.ts";
import type { SourceAttributes } from "./project.ts";

/** What of a declaration would double or lose rows, or has no effect. */
export interface LoadFault {
  /** The key to point at. */
  readonly key: string;
  /** What is wrong, as the end of a sentence about the source. */
  readonly detail: string;
  readonly fix: string;
}

/** How a source is loaded, as far as a connector has a say in it. */
export type LoadedSource = Pick<SourceAttributes, "strategy" | "key" | "loading">;

/** What one type of connection lets people write. All three are strict, and give JSON. */
export interface ConnectorSchemas {
  /** `options` of the connection. `root`, `path`, `folder` and `directory` are paths, and are checked. */
  readonly connection: z.ZodObject;
  /** The keys that say where a source is, written beside its attributes. */
  readonly locator: z.ZodObject;
  /** The keys that say what to look for, written beside the attributes of each match. */
  readonly pattern: z.ZodObject;
  /**
   * Why a source that is there cannot be loaded so; `null` when it can.
   * @param own what `locator` or `pattern` made of what was written
   */
  readonly loadFault?: ((source: LoadedSource, own: JsonObject) => LoadFault | null) | undefined;
}
