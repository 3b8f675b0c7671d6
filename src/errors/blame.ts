import { type Blame, catalogue, type ErrorCode } from "./catalogue.ts";

interface Consequence {
  /** Whether another attempt may succeed without anyone acting. */
  readonly isRetryable: boolean;
  /** The exit code of a command that ends with such a failure (sysexits where one fits). */
  readonly exitCode: number;
}

const consequences: Readonly<Record<Blame, Consequence>> = {
  usage: { isRetryable: false, exitCode: 64 },
  project: { isRetryable: false, exitCode: 78 },
  locked: { isRetryable: false, exitCode: 75 },
  transient: { isRetryable: true, exitCode: 1 },
  external: { isRetryable: true, exitCode: 1 },
  data: { isRetryable: false, exitCode: 1 },
  internal: { isRetryable: false, exitCode: 70 },
};

/** What follows from a code: the one place where retry and exit code are decided. */
export function consequenceOf(code: ErrorCode): Consequence {
  return consequences[catalogue[code].blame];
}
