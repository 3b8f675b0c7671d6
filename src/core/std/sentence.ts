/** Words that people or other programs wrote may end in a full stop already; a sentence has one. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
