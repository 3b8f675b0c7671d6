/**
 * Lets one transaction at a time write a target. DuckDB fails the second of two writers at once
 * instead of letting it wait; within one process, waiting is what everybody wants.
 */
export interface TargetLocks {
  hold<T>(targets: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function targetLocks(): TargetLocks {
  const last = new Map<string, Promise<void>>();
  return {
    hold: async (targets, work) => {
      const names = [...new Set(targets)];
      const before = names.map((name) => last.get(name) ?? Promise.resolve());
      let release: () => void = () => undefined;
      const mine = new Promise<void>((resolve) => {
        release = resolve;
      });
      // All places in all queues are taken in one go, so that no two holders wait for each other.
      for (const name of names) last.set(name, mine);
      await Promise.all(before);
      try {
        return await work();
      } finally {
        release();
        for (const name of names) if (last.get(name) === mine) last.delete(name);
      }
    },
  };
}
