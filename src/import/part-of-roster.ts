import { Refused } from '../errors.ts'
import { foldedHeading } from '../workbook/headings.ts'
import { partOfRoster, reasonsHeading } from './issues-sheet.ts'
import type { Roster } from './roster.ts'

/** Whether a workbook says of itself that it is no whole roster: by its mark, or by the column of the reasons. */
export function isPartOfRoster({ marks, headings }: Pick<Roster, 'marks' | 'headings'>): boolean {
  const reasons = foldedHeading(reasonsHeading)
  return marks.has(partOfRoster) || headings.some((heading) => foldedHeading(heading) === reasons)
}

/** Who stands in no part of a roster may well stand in the rest of it. */
export function partialWorkbook(file: string): Refused {
  return new Refused(
    'partial-workbook',
    `${file} is part of a roster, so nobody in it is missing or extra, and nothing is deleted by it; nothing was changed.`,
    { hint: 'Leave out what deletes. If it is a whole roster after all: --whole-roster' },
  )
}
