/** Pseudo-terminals without a window say 0: nothing is known then, and the usual size is taken. */
const usual = { columns: 80, rows: 24 };

/** Columns of a terminal. */
export function terminalColumns(stream: { readonly columns?: number }): number {
  return sizeOr(stream.columns, usual.columns);
}

/** Lines of a terminal. */
export function terminalRows(stream: { readonly rows?: number }): number {
  return sizeOr(stream.rows, usual.rows);
}

function sizeOr(size: number | undefined, otherwise: number): number {
  return size === undefined || size <= 0 ? otherwise : size;
}
