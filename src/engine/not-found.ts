import { nameFix } from "../core/project/did-you-mean.ts";
import { OperatingError } from "../errors/operating-error.ts";

/** Says that nothing has this name, and which close name there is. */
export function notFound(what: string, name: string, known: readonly string[]): OperatingError {
  const { fix } = nameFix(name, known);
  return new OperatingError("NOT_FOUND", `There is no ${what} ${name}`, { hint: fix });
}
