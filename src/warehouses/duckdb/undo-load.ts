import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";

export function noVersionKept(target: TableName): OperatingError {
  return new OperatingError(
    "VERSION_GONE",
    `No version of ${tableText(target)} before its last is kept`,
    {
      hint: "Say retain: { versions: 1 } for it: from its next load on, that can be undone.",
    },
  );
}
