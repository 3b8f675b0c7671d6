import type { History, SubjectHistory } from "../core/decide/decide-input.ts";
import type { LastLoad } from "../core/metadata/profile.ts";
import {
  emptyRecord,
  qualityOf,
  reliabilityOf,
  type SubjectRecord,
  usualRows,
} from "../core/metadata/subject-record.ts";
import type { ModelSpec, SourceSpec } from "../core/project/project.ts";
import { schemaIdOf } from "../core/schema/schema-id.ts";
import { type TableName, tableText } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { CommittedOutput } from "../ports/warehouse.ts";
import type { ContentNotes, KnownContent } from "./content-notes.ts";
import { rawTable } from "./task-context.ts";

/** What earlier runs left: the ledger's last word, and what the catalog noticed. */
export interface Past {
  /** By `schema.name`. */
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
  /** By subject. */
  readonly records: ReadonlyMap<string, SubjectRecord>;
  readonly contents: ContentNotes;
}

/** The last load of each source whose table is there. */
export function lastLoadsOf(past: Pick<Past, "outputs">): ReadonlyMap<string, LastLoad> {
  const loads = new Map<string, LastLoad>();
  for (const output of past.outputs.values()) {
    if (output.target.schema !== "raw" || !output.exists) continue;
    loads.set(output.target.name, {
      at: output.committedAt,
      rows: output.rows,
      fingerprint: output.fingerprint,
      schemaId: output.columns.length === 0 ? null : schemaIdOf(output.columns),
    });
  }
  return loads;
}

/** The cursor that each source's table has reached, where the table is there. */
export function loadedCursorsOf(past: Pick<Past, "outputs">): ReadonlyMap<string, Json> {
  const cursors = new Map<string, Json>();
  for (const { target, exists, cursor } of past.outputs.values()) {
    if (target.schema === "raw" && exists) cursors.set(target.name, cursor);
  }
  return cursors;
}

/** The past of every subject in scope, as a decision reads it. */
export function historyOf(
  past: Past,
  sources: Iterable<SourceSpec>,
  models: Iterable<ModelSpec>,
): History {
  const history = new Map<string, SubjectHistory>();
  for (const source of sources) {
    history.set(source.name, subjectHistory(source.name, rawTable(source.name), past));
  }
  for (const model of models) {
    history.set(model.name, subjectHistory(model.name, model.target, past));
  }
  return history;
}

function subjectHistory(subject: string, target: TableName, past: Past): SubjectHistory {
  const output = past.outputs.get(tableText(target));
  const record = past.records.get(subject) ?? emptyRecord(subject);
  return {
    subject,
    output:
      output === undefined
        ? null
        : {
            fingerprint: output.fingerprint,
            committedAt: output.committedAt,
            rows: output.rows,
            run: output.run,
            exists: output.exists,
            released: output.released,
            ...knownContent(past.contents.get(subject), output.fingerprint),
          },
    condemned: output?.condemned ?? null,
    degraded: record.degraded,
    usualRows: usualRows(record),
    verified: record.verified,
    quality: qualityOf(record),
    reliability: reliabilityOf(record),
  };
}

function knownContent(
  contents: readonly KnownContent[] | undefined,
  fingerprint: Hash,
): Omit<KnownContent, "fingerprint"> {
  const known = contents?.find((one) => one.fingerprint === fingerprint);
  if (known === undefined) return { parts: null };
  const { fingerprint: _, ...content } = known;
  return content;
}
