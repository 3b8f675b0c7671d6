declare module "pg-copy-streams" {
  import type { Readable } from "node:stream";
  import type { Submittable } from "pg";

  /** The rows of a COPY … TO STDOUT, as bytes. */
  export interface CopyToStream extends Readable, Submittable {
    /** Rows that the server says it sent; known when the stream has ended. */
    readonly rowCount: number;
  }

  export function to(sql: string): CopyToStream;
}
