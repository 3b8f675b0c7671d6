import { z } from "zod";
import { compareText } from "../../core/std/compare.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { ExtractRequest } from "../../ports/connector.ts";
import type { IdentifiedFile } from "./file-identity.ts";

/** What an `append` source has loaded so far: content hashes by path. */
const cursorSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.string()),
});

/** Which files an extraction is about. */
export interface FileChoice {
  readonly scope: "full" | "increment";
  readonly files: readonly IdentifiedFile[];
  readonly cursor: Json;
}

/**
 * Chooses what to extract. Only a source that appends has a cursor: the files that it loaded. A
 * file that was renamed counts as loaded; one that was removed is forgotten by the source, not by
 * the table.
 * @throws SOURCE_REWRITTEN when a loaded file has other content now, or the cursor is not of files
 */
export function chooseFiles(
  request: Pick<ExtractRequest, "source" | "cursor">,
  files: readonly IdentifiedFile[],
): FileChoice {
  if (request.source.strategy !== "append") return { scope: "full", files, cursor: null };
  const parsed = cursorSchema.safeParse(request.cursor);
  if (!parsed.success && request.cursor !== null) {
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${request.source.name}: what was loaded of it came from another kind of source, and appending all files may double rows.`,
      { hint: "Load it once with strategy: replace, and then append; or give it another name." },
    );
  }
  const loaded = new Map(parsed.success ? Object.entries(parsed.data.files) : []);
  const here = new Set(files.map((file) => file.path));
  const rewritten = files.filter(({ path, content }) => {
    const before = loaded.get(path);
    return before !== undefined && before !== content.sha256;
  });
  if (rewritten.length > 0) {
    const names = rewritten.slice(0, 5).map((file) => file.path);
    const more =
      rewritten.length > names.length ? ` and ${rewritten.length - names.length} more` : "";
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${names.join(", ")}${more} changed after being loaded, and appending would double rows.`,
      {
        hint:
          `Use strategy: merge with a key, or strategy: replace, for ${request.source.name}; ` +
          "or put the correction into a new file.",
      },
    );
  }
  const cursor = new Map(loaded);
  const gone = [...loaded].filter(([path]) => !here.has(path));
  const fresh = files.filter(({ path, content }) => {
    if (loaded.has(path)) return false;
    const moved = gone.findIndex(([, sha256]) => sha256 === content.sha256);
    if (moved < 0) return true;
    for (const [from] of gone.splice(moved, 1)) cursor.delete(from);
    return false;
  });
  for (const { path, content } of files) cursor.set(path, content.sha256);
  return {
    scope: parsed.success ? "increment" : "full",
    files: fresh,
    cursor: {
      version: 1,
      files: Object.fromEntries([...cursor].sort(([a], [b]) => compareText(a, b))),
    },
  };
}
