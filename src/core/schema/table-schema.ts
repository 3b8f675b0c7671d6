/** One column, with its type as DuckDB writes it (`BIGINT`, `DECIMAL(18,2)`, `STRUCT(a INTEGER)`). */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** The shape of a table or stream: columns in their order, and the names that make its key, if any. */
export interface TableSchema {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
}

/** A table or view in a warehouse, unquoted. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `schema.name`, for people and for records; never for SQL, where each dialect quotes. */
export function tableText(table: TableName): string {
  return `${table.schema}.${table.name}`;
}
