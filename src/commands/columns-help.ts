import type { ColumnSpec } from '../workbook/headings.ts'

/** The columns of a table that a command reads, for its help; `sample` is the command that writes them with a guide, if there is one. */
export function columnsHelp(columns: readonly ColumnSpec[], sample?: string): string {
  const named = (needed: boolean) =>
    columns
      .filter(({ required }) => (required ?? false) === needed)
      .map(({ heading }) => heading)
      .join(', ')
  return `
Columns, in any order; other usual names are understood, and --map says which column is which:
  needed:    ${named(true)}
  optional:  ${named(false) || 'none'}
${sample === undefined ? '' : `  A workbook with all of them and a guide: ${sample}\n`}`
}
