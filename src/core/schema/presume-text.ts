import type { DataType } from "./data-type.ts";
import { renderDataType } from "./data-type.ts";
import { dataTypeOf } from "./parse-data-type.ts";

/** A type with text wherever nothing is known yet: what a load makes of a column without values. */
export function presumeText(type: string): string {
  return renderDataType(withText(dataTypeOf(type)));
}

function withText(type: DataType): DataType {
  switch (type.kind) {
    case "unknown":
      return { kind: "text", length: null };
    case "struct":
    case "union":
      return {
        ...type,
        fields: type.fields.map((field) => ({ ...field, type: withText(field.type) })),
      };
    case "map":
      return { ...type, key: withText(type.key), value: withText(type.value) };
    case "list":
      return { ...type, item: withText(type.item) };
    case "scalar":
    case "decimal":
    case "text":
    case "enum":
    case "named":
      return type;
  }
}
