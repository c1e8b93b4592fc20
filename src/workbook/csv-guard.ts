// A spreadsheet program would run such a cell as a formula, in full width too; behind an apostrophe it is text.
const DANGEROUS = /^'*[=+\-@\t\r＝＋－＠]/
const GUARDED = /^'+[=+\-@\t\r＝＋－＠]/

/** Puts an apostrophe before what a spreadsheet program would run as a formula; `unguarded` takes it away again. */
export function guarded(text: string): string {
  return DANGEROUS.test(text) ? `'${text}` : text
}

/** The text that was guarded: one apostrophe less, where one stands before a formula's first character. */
export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text
}
