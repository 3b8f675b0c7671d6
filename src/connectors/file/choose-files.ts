import { z } from "zod";
import { compareText } from "../../core/std/compare.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { ExtractRequest } from "../../ports/connector.ts";
import type { IdentifiedFile } from "./file-identity.ts";

/** What of a source has been loaded: content hashes by path. */
const cursorSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.string()),
  /**
   * Loaded files that an earlier extraction no longer found. Their rows are still in the table, so
   * that a file which comes back under its path is not loaded again.
   */
  gone: z.record(z.string(), z.string()).default({}),
});

/** Which files an extraction is about. */
export interface FileChoice {
  readonly scope: "full" | "increment";
  readonly files: readonly IdentifiedFile[];
  readonly cursor: Json;
}

/**
 * Chooses what to extract. Every strategy has a cursor, so that one which appends can follow any
 * other: the files that the table holds. A file counts as renamed, and so as loaded, when its
 * content was at a path that vanished since the extraction before; equal content of longer ago is
 * new. One that was removed is forgotten by the source, not by the table.
 * @throws SOURCE_REWRITTEN when a loaded file has other content now, or the cursor is not of files
 */
export function chooseFiles(
  request: Pick<ExtractRequest, "source" | "cursor">,
  files: readonly IdentifiedFile[],
): FileChoice {
  const { name, strategy } = request.source;
  const here = new Map(files.map(({ path, content }) => [path, content.sha256]));
  if (strategy === "replace") return { scope: "full", files, cursor: cursorOf(here, new Map()) };
  const parsed = cursorSchema.safeParse(request.cursor);
  if (!parsed.success && request.cursor !== null && strategy === "append") {
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${name}: what was loaded of it came from another kind of source, and appending all files may double rows`,
      { hint: "Load it once with strategy: replace, and then append; or give it another name." },
    );
  }
  const before = new Map(parsed.success ? Object.entries(parsed.data.files) : []);
  const gone = new Map(parsed.success ? Object.entries(parsed.data.gone) : []);
  const loaded = new Map([...gone, ...before]);
  if (strategy === "append") refuseRewritten(name, files, loaded);
  const vanished = new Map([...before].filter(([path]) => !here.has(path)));
  const fresh = files.filter(({ path, content }) => {
    if (loaded.has(path)) return false;
    const moved = [...vanished].find(([, sha256]) => sha256 === content.sha256);
    if (moved === undefined) return true;
    vanished.delete(moved[0]);
    return false;
  });
  const cursor = cursorOf(here, new Map([...gone, ...vanished]));
  if (strategy === "merge") return { scope: "full", files, cursor };
  return { scope: parsed.success ? "increment" : "full", files: fresh, cursor };
}

function refuseRewritten(
  source: string,
  files: readonly IdentifiedFile[],
  loaded: ReadonlyMap<string, string>,
): void {
  const rewritten = files.filter(({ path, content }) => {
    const before = loaded.get(path);
    return before !== undefined && before !== content.sha256;
  });
  if (rewritten.length === 0) return;
  const names = rewritten.slice(0, 5).map((file) => file.path);
  const more =
    rewritten.length > names.length ? ` and ${rewritten.length - names.length} more` : "";
  throw new OperatingError(
    "SOURCE_REWRITTEN",
    `${names.join(", ")}${more} changed after being loaded, and appending would double rows`,
    {
      hint:
        `Use strategy: merge with a key, or strategy: replace, for ${source}; ` +
        "or put the correction into a new file.",
    },
  );
}

function cursorOf(here: ReadonlyMap<string, string>, gone: ReadonlyMap<string, string>): Json {
  const sorted = (map: ReadonlyMap<string, string>) =>
    Object.fromEntries([...map].sort(([a], [b]) => compareText(a, b)));
  const left = new Map([...gone].filter(([path]) => !here.has(path)));
  return { version: 1, files: sorted(here), ...(left.size === 0 ? {} : { gone: sorted(left) }) };
}
