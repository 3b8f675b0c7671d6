import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A disk of its own, small enough to be filled. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Fills it up to so many bytes. */
  fill(leave: number): void;
  /** Makes it larger, with what it holds. */
  grow(megabytes: number): void;
  /** Takes away what `fill` wrote. */
  free(): void;
}

/** Whether this user may mount a disk here. */
export function canMount(): boolean {
  return process.platform === "linux" && spawnSync("unshare", ["-m", "true"]).status === 0;
}

/** Mounts an empty disk in memory at a folder that it makes. */
export function smallDisk(path: string, megabytes: number): SmallDisk {
  mkdirSync(path, { recursive: true });
  const mount = (options: string) => {
    const args = ["-t", "tmpfs", "-o", options, "tmpfs", path];
    const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`No disk could be mounted: ${stderr}`);
  };
  mount(`size=${megabytes}m`);
  const ballast = join(path, "ballast");
  return {
    path,
    fill(leave) {
      const { bavail, bsize } = statfsSync(path);
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
      } catch (error) {
        // Somebody else took some of it meanwhile: full is full.
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
    },
    grow: (larger) => mount(`remount,size=${larger}m`),
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]: () => {
      spawnSync("umount", ["-l", path]);
    },
  };
}
