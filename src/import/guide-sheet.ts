import type { SheetToWrite } from '../workbook/sheet.ts'

/** What a person who fills in a column must know of it. */
export interface ColumnGuide {
  heading: string
  /** Whether it must be filled in, or when. */
  needed: string
  what: string
  example: string
}

/** The sheet of our own that holds nothing to be read. */
export const guideName = 'Guide'

/** The sheet that explains the columns of another, and how its rows are taken. */
export function guideSheet(columns: readonly ColumnGuide[], rules: readonly string[]): SheetToWrite {
  return {
    name: guideName,
    columns: [
      { heading: 'Column', width: 18 },
      { heading: 'Must be filled in', width: 24 },
      { heading: 'What to write', width: 70 },
      { heading: 'Example', width: 24 },
    ],
    rows: [
      ...columns.map(({ heading, needed, what, example }) => [heading, needed, what, example]),
      [],
      ...rules.map((rule, at) => [at === 0 ? 'How it works' : '', '', rule]),
    ],
    wrapped: true,
    print: { landscape: true },
  }
}
