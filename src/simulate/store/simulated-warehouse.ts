import type { LoadStrategy, ModelSpec } from "../../core/project/project.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { SimulatedFailure } from "../simulated-failure.ts";
import type { Rows } from "../world/source-state.ts";
import { isList } from "../world/source-state.ts";
import type { Manifest } from "./simulated-staging.ts";

/** Where an effect comes from. */
export interface Provenance {
  readonly run: string;
  readonly task: string;
  /** Of the process that does it; an older one than the newest is refused. */
  readonly epoch: number;
  readonly at: EpochMs;
}

export interface LoadRequest {
  readonly source: string;
  readonly strategy: LoadStrategy;
  readonly manifest: Manifest;
  readonly cursorBefore: number | null;
  readonly fingerprint: string;
  readonly provenance: Provenance;
}

export interface TransformRequest {
  readonly model: ModelSpec;
  readonly fingerprint: string;
  /** Identity of what it was made of: its code, and what its inputs held when they were read. */
  readonly content: string;
  readonly provenance: Provenance;
}

/** What the ledger keeps of one committed effect. */
export interface Entry {
  readonly id: string;
  readonly work: string;
  readonly foundation: string;
  readonly strategy: LoadStrategy | "view" | "table";
  readonly fingerprint: string;
  readonly rows: number;
  readonly provenance: Provenance;
}

/** One table with the ledger's last word on it. */
export interface Table {
  readonly head: Entry;
  readonly exists: boolean;
  /** Of a source: the rows themselves. */
  readonly rows: Rows | null;
  /** Of a source: the row version up to which they come. */
  readonly upTo: number;
  /** Of a model: identity of what it was made of. */
  readonly content: string | null;
}

/** Whether an effect was there already, and the rows that it committed. */
export interface Outcome {
  readonly isRepeat: boolean;
  readonly rows: number;
}

/**
 * The warehouse: each call is one transaction in which data, ledger and cursor change together, or
 * nothing does. It follows the protocol of the real one step by step: fence, claim, data, cursor, entry.
 */
export class SimulatedWarehouse {
  readonly tables = new Map<string, Table>();
  protected readonly cursors = new Map<string, number>();
  readonly #entries = new Map<string, Entry>();
  readonly #ids = new Map<string, string>();
  #epoch = 0;

  get epoch(): number {
    return this.#epoch;
  }

  /** A process takes hold of it: what an older one has under way is refused from now on. */
  open(epoch: number): void {
    this.fence(epoch);
  }

  /** A transaction begins; nothing can be seen of it. */
  begin(_requests: readonly LoadRequest[]): void {}

  /** Loads all requests, or none. */
  load(requests: readonly LoadRequest[]): readonly Outcome[] {
    const changes = requests.map((request) => this.prepare(request));
    for (const change of changes) change.apply();
    return changes.map(({ outcome }) => outcome);
  }

  /** Where the next load of a source goes on; `null` also when its table is gone. */
  cursorOf(source: string): number | null {
    return this.tables.get(source)?.exists === true ? (this.cursors.get(source) ?? null) : null;
  }

  transform(request: TransformRequest): Outcome {
    const { model, fingerprint, content, provenance } = request;
    this.fence(provenance.epoch);
    const before = this.tables.get(model.name);
    const work = `${provenance.task} ${fingerprint}`;
    if (before?.exists === true && before.head.work === work) {
      return { isRepeat: true, rows: before.head.rows };
    }
    const foundation = before?.head.id ?? "";
    const entry: Entry = {
      id: this.#idOf(work, foundation),
      work,
      foundation,
      strategy: model.materialize,
      fingerprint,
      rows: 1,
      provenance,
    };
    this.#record(model.name, entry, { rows: null, upTo: 0, content });
    return { isRepeat: false, rows: 1 };
  }

  /** Somebody drops a table; the ledger does not know. */
  drop(subject: string): void {
    const table = this.tables.get(subject);
    if (table !== undefined) this.tables.set(subject, { ...table, exists: false });
  }

  /** Identity of what is in a table or view now; `null` when there is none. */
  contentOf(subject: string, models: ReadonlyMap<string, ModelSpec>): string | null {
    const table = this.tables.get(subject);
    if (table?.exists !== true) return null;
    if (table.head.strategy === "view") return this.contentMadeOf(subject, models);
    return table.content ?? `${subject}@${table.upTo}`;
  }

  /** Identity of what a model would be if it were made now. */
  contentMadeOf(model: string, models: ReadonlyMap<string, ModelSpec>): string {
    const spec = models.get(model);
    const inputs = (spec?.inputs ?? []).map(
      ({ subject }) => this.contentOf(subject, models) ?? "none",
    );
    return this.#idOf(`${spec?.code ?? ""}(${inputs.join(",")})`, "");
  }

  /** @throws FENCED_OUT when a newer process has taken over. */
  protected fence(epoch: number): void {
    if (epoch < this.#epoch) {
      throw new SimulatedFailure("FENCED_OUT", `Epoch ${this.#epoch} is at work, not ${epoch}`);
    }
    this.#epoch = epoch;
  }

  /** Whether a load has been done, by the ledger; see `claimLoad` of the real one. */
  protected findDone(request: LoadRequest, work: string, id: string): Entry | null {
    const table = this.tables.get(request.source);
    if (table?.exists !== true) return null;
    if (request.strategy === "append") return this.#entries.get(id) ?? null;
    const { head } = table;
    return head.work === work && head.fingerprint === request.fingerprint ? head : null;
  }

  /** @throws FENCED_OUT when the cursor does not stand where the load began. */
  protected checkCursor({ source, strategy, cursorBefore }: LoadRequest): void {
    const stands = this.cursorOf(source);
    if (strategy !== "replace" && stands !== cursorBefore) {
      throw new SimulatedFailure("FENCED_OUT", `The cursor of ${source} stands at ${stands}`);
    }
  }

  protected prepare(request: LoadRequest): { outcome: Outcome; apply: () => void } {
    const { source, strategy, manifest, provenance } = request;
    this.fence(provenance.epoch);
    const table = this.tables.get(source);
    const work = `${provenance.task} ${strategy} ${manifest.id} ${request.cursorBefore}`;
    const foundation = this.#foundationOf(request, table);
    const id = this.#idOf(work, foundation);
    const done = this.findDone(request, work, id);
    const entry: Entry = {
      id,
      work,
      foundation,
      strategy,
      fingerprint: request.fingerprint,
      rows: sizeOf(manifest.rows),
      provenance,
    };
    if (done !== null) {
      // The same rows under a new name: the ledger takes note, or it would look out of date for ever.
      const note = { ...entry, id: this.#idOf(`again ${id}`, table?.head.id ?? ""), rows: 0 };
      const isNew = table !== undefined && table.head.fingerprint !== request.fingerprint;
      const apply = () => this.#record(source, note, table ?? nothing);
      return { outcome: { isRepeat: true, rows: done.rows }, apply: isNew ? apply : () => {} };
    }
    this.checkCursor(request);
    const rows = written(table, request);
    return {
      outcome: { isRepeat: false, rows: entry.rows },
      apply: () => {
        this.#record(source, entry, { rows, upTo: manifest.to, content: null });
        this.moveCursor(request);
      },
    };
  }

  protected moveCursor({ source, strategy, manifest }: LoadRequest): void {
    if (strategy !== "replace") this.cursors.set(source, manifest.to);
  }

  #foundationOf({ strategy }: LoadRequest, table: Table | undefined): string {
    if (table === undefined) return "";
    if (!table.exists) return `lost ${table.head.id}`;
    return strategy === "append" ? table.head.foundation : table.head.id;
  }

  #record(target: string, entry: Entry, data: Pick<Table, "rows" | "upTo" | "content">): void {
    this.#entries.set(entry.id, entry);
    const { rows, upTo, content } = data;
    this.tables.set(target, { head: entry, exists: true, rows, upTo, content });
  }

  /** A short name for a long text. */
  #idOf(work: string, foundation: string): string {
    const text = `${work}|${foundation}`;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = `x${this.#ids.size}`;
    this.#ids.set(text, id);
    return id;
  }
}

const nothing: Pick<Table, "rows" | "upTo" | "content"> = { rows: null, upTo: 0, content: null };

function sizeOf(rows: Rows): number {
  return isList(rows) ? rows.length : rows.size;
}

function written(table: Table | undefined, { strategy, manifest }: LoadRequest): Rows {
  const before = table?.exists === true ? table.rows : null;
  if (strategy === "replace" || before === null) return manifest.rows;
  if (isList(manifest.rows)) return [...(isList(before) ? before : []), ...manifest.rows];
  return new Map([...(isList(before) ? [] : before), ...manifest.rows]);
}
