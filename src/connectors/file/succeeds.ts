/** Whether DuckDB reads it; what it says of a file that it cannot read is the answer no. */
export async function succeeds(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof Error && /^(Invalid Input|Conversion) Error/.test(error.message)) {
      return false;
    }
    throw error;
  }
}
