/** The process's environment, for whoever is handed it: nothing else reads it. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
