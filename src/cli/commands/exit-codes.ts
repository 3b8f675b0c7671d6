/** How commands end; failures with a code end as `consequenceOf` says. */
export const exitCodes = {
  done: 0,
  /** What was asked for was done, and its outcome is not good. */
  failed: 1,
  /** With `--detailed-exitcode`: there is something to do, or there was. */
  something: 2,
  signals: { SIGINT: 130, SIGTERM: 143 },
} as const;
