/** What the file system says of a file, to the nanosecond: `fs.stat` with `bigint`. */
export interface FileStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/**
 * A text that changes when the file is written or replaced. Programs cannot set the change time
 * (ctime), so a restored size and modification time hide nothing; two writes within one tick of
 * the file system's clock may.
 */
export function fileStamp({ dev, ino, size, mtimeNs, ctimeNs }: FileStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}
