import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Gate } from "../../src/core/project/check.ts";
import { plainLoading } from "../../src/core/project/load-options.ts";
import type { Column } from "../../src/core/schema/table-schema.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Manifest, StagedFormat } from "../../src/ports/staging.ts";
import type { LoadRequest, Provenance, TransformRequest } from "../../src/ports/warehouse.ts";

/** CSV as most people write it. */
export const csv: StagedFormat = {
  type: "csv",
  delimiter: ",",
  quote: '"',
  hasHeader: true,
  nullText: "",
  isQuotedNull: true,
  encoding: "utf-8",
};

/** `a BIGINT, b VARCHAR` as columns. */
function columnsOf(text: string): readonly Column[] {
  if (text === "") return [];
  let depth = 0;
  const parts = [""];
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => {
    const [name = "", ...type] = part.trim().split(" ");
    return { name, type: type.join(" "), nullable: true };
  });
}

/** A manifest over files that lie anywhere, as an extraction would have committed it. */
export function manifestOf(
  source: string,
  files: readonly string[],
  draft: Pick<Manifest, "format"> & { readonly columns: string } & Partial<
      Pick<Manifest, "cursor" | "compression" | "rows" | "scope" | "replaces" | "fileColumn">
    >,
): Manifest {
  const staged = files.map((path) => {
    const bytes = readFileSync(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return {
      path,
      bytes: bytes.length,
      sha256,
      rows: null,
      isOwned: false,
      stamp: null,
      name: null,
    };
  });
  const manifest = {
    source,
    extraction: hashOf([source, staged.map(({ sha256 }) => sha256), draft.cursor ?? null]),
    format: draft.format,
    compression: draft.compression ?? "none",
    files: staged,
    columns: columnsOf(draft.columns),
    scope: draft.scope ?? "full",
    rows: draft.rows ?? null,
    cursor: draft.cursor ?? null,
    replaces: draft.replaces ?? [],
    fileColumn: draft.fileColumn ?? null,
  };
  return { ...manifest, id: hashOf(manifest) };
}

/** Where a load or build of the tests comes from. */
function provenanceOf(task: string): Provenance {
  return {
    run: "run-1",
    task,
    blueprint: hashOf("blueprint"),
    decision: hashOf("decision"),
    at: Date.UTC(2024, 0, 2, 3, 4, 5),
    epoch: 1,
  };
}

/** A load of a manifest into `raw.<source>`, by `replace` unless said otherwise. */
export function loadOf(manifest: Manifest, options: Partial<LoadRequest> = {}): LoadRequest {
  return {
    source: manifest.source,
    target: { schema: "raw", name: manifest.source },
    strategy: "replace",
    key: [],
    loading: plainLoading,
    manifest,
    cursorBefore: null,
    fingerprint: manifest.id,
    gates: [],
    partRows: null,
    keepVersions: 0,
    provenance: provenanceOf(`${manifest.source}.load`),
    ...options,
  };
}

/** A build of `main.<model>`, identified by its SQL. */
export function buildOf(
  model: string,
  sql: string,
  options: Partial<TransformRequest> = {},
): TransformRequest {
  return {
    model,
    target: { schema: "main", name: model },
    materialize: "table",
    sql,
    fingerprint: hashOf(sql),
    gates: [],
    emptyInputs: [],
    keepVersions: 0,
    adapters: [],
    provenance: provenanceOf(`${model}.transform`),
    ...options,
  };
}

/** A gate named after its check. */
export function gateOf(name: string, check: Gate["check"], onFail: Gate["onFail"] = "fail"): Gate {
  return { name, check, onFail, by: null };
}

/** A signal that never fires. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
