/** Where warnings and notes go: standard error, with every secret redacted. Never the answer of a command. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}
