import type { z } from "zod";

/** What one type of connection lets people write. All three are strict, and give JSON. */
export interface ConnectorSchemas {
  /** `options` of the connection. `root`, `path`, `folder` and `directory` are paths, and are checked. */
  readonly connection: z.ZodObject;
  /** The keys that say where a source is, written beside its attributes. */
  readonly locator: z.ZodObject;
  /** The keys that say what to look for, written beside the attributes of each match. */
  readonly pattern: z.ZodObject;
}
