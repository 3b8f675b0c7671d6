import type { Warehouse } from "../../ports/warehouse.ts";

/** A warehouse for as long as it is used. */
export interface WarehouseLease extends AsyncDisposable {
  readonly warehouse: Warehouse;
}

/**
 * One warehouse for all cycles of a process: opened for the first that needs it, closed after the
 * last, so that others may look into it while nothing runs.
 */
export class SharedWarehouse {
  #opened: Promise<Warehouse> | null = null;
  #closing: Promise<void> = Promise.resolve();
  #users = 0;

  /** @param open opens it where it is not open. */
  async lease(open: () => Promise<Warehouse>): Promise<WarehouseLease> {
    this.#users += 1;
    try {
      this.#opened ??= this.#closing.then(open);
      const warehouse = await this.#opened;
      return { warehouse, [Symbol.asyncDispose]: () => this.#leave() };
    } catch (error) {
      await this.#leave();
      throw error;
    }
  }

  async #leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    this.#closing = opened.then(
      (warehouse) => warehouse[Symbol.asyncDispose](),
      // Whoever asked for it has its failure already.
      () => undefined,
    );
    await this.#closing;
  }
}
