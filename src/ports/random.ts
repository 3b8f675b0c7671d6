/** The only source of randomness outside the core: ids and seeds. */
export interface Random {
  /** An unsigned 32-bit integer. */
  uint32(): number;
  /** A sortable, unique id for a run, safe in a path and a URL. */
  runId(nowMs: number): string;
}
