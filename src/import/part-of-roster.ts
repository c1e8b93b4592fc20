import { Refused } from '../errors.ts'
import { headingKey } from '../workbook/headings.ts'
import type { FoundElsewhere, OtherSheet } from './other-sheets.ts'

interface OtherSheets {
  otherSheets: readonly OtherSheet[]
}

interface Elsewhere {
  elsewhere?: FoundElsewhere | undefined
}

/**
 * Whether a workbook shows that it is no whole roster: by its mark, by the column of reasons, or by tables on other
 * sheets.
 */
export function isPartOfRoster({
  marks,
  headings,
  otherSheets,
}: OtherSheets & { marks: ReadonlySet<string>; headings: readonly string[] }): boolean {
  const reasons = headingKey(reasonsHeading)
  const isMarked =
    marks.has(partOfRosterProperty) || headings.some((heading) => headingKey(heading) === reasons)
  return isMarked || otherSheets.some(({ holdsTable }) => holdsTable)
}

/** The refusal to delete by part of a roster: users who are missing from the part may stand in the rest. */
export function partialWorkbook(roster: OtherSheets & { file: string }, plan?: Elsewhere): Refused {
  const subject = describeOtherSheets(roster, plan) ?? `${roster.file} is part of a roster`
  return new Refused(
    'partial-workbook',
    `${subject}, so nobody in it is missing or extra, and nothing is deleted by it; nothing was changed.`,
    { hint: 'Leave out what deletes. If it is a whole roster after all: --whole-roster' },
  )
}

/** What the other sheets of the workbook hold, in words that a notice uses too; undefined where they hold nothing. */
export function describeOtherSheets({ otherSheets }: OtherSheets, plan?: Elsewhere): string | undefined {
  if (plan?.elsewhere) {
    const { sheet, who } = plan.elsewhere
    return `The sheet '${sheet}' of the workbook has ${who}, and the one that is read has not`
  }
  const [first, ...others] = otherSheets.filter(({ holdsTable }) => holdsTable)
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `The sheet '${first.name}'${more} of the workbook ${others.length === 0 ? 'holds' : 'hold'} such a table too, and only one is read`
}

/** The heading of the reasons; in a workbook that is read back, it only shows that the sheet is part of a roster. */
export const reasonsHeading = 'Why it was held back'

/** The custom property that marks a workbook as part of a roster: who is not in the workbook is not missing. */
export const partOfRosterProperty = 'ssh-admin-part-of-roster'
