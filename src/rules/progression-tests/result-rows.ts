import type { Problem } from '../../errors.ts'
import { isDate } from '../dates.ts'
import { findSite, progressionTestSites } from '../roles/catalogue.ts'
import { readAddress } from '../users/email.ts'

export const resultFields = [
  'teacher',
  'site',
  'group',
  'stage',
  'subject',
  'test',
  'takenOn',
  'learner',
  'mark',
] as const

export type ResultField = (typeof resultFields)[number]

/** One row of results, as it is written in the workbook. */
export interface ResultRow {
  texts: Readonly<Record<ResultField, string>>
  /** Cells that could not be read, such as `#N/A`, worded to follow the name of their column. */
  faults: Readonly<Partial<Record<ResultField, { code: string; message: string; hint: string }>>>
  /** Where a field stands: `Results!B4`. */
  cellOf: (field: ResultField) => string
}

/** One row that makes sense by itself. */
export interface ReadResult {
  row: ResultRow
  teacherKey: string
  site: (typeof progressionTestSites)[number]
  takenOn: string
  mark: number | null
}

interface Unreadable {
  problems: Problem[]
  /** Whose it would be, where that much can be read. */
  teacherKey: string | undefined
}

/** Reads one row; says of each cell what is wrong with it. */
export function readResult(row: ResultRow): { read: ReadResult } | Unreadable {
  const { texts, faults } = row
  const address = readAddress(texts.teacher)
  const site = progressionTestSites.find((name) => name === findSite(texts.site))
  const mark = readMark(texts.mark)
  const problems: Problem[] = []
  const wrong = (field: ResultField, code: string, message: string, hint?: string) =>
    problems.push({ target: row.cellOf(field), code, message, ...(hint === undefined ? {} : { hint }) })
  for (const field of resultFields) {
    const fault = faults[field]
    if (fault === undefined) continue
    const { code, message, hint } = fault
    problems.push({ target: row.cellOf(field), code, message: `The cell ${message}.`, hint })
  }
  if (problems.length > 0) return { problems, teacherKey: undefined }
  if (!('key' in address)) wrong('teacher', 'invalid-email', `The address ${address.problem}.`, address.hint)
  if (!site) wrong('site', 'unknown-site', `The site is one of ${progressionTestSites.join(', ')}.`)
  for (const field of ['group', 'subject', 'test', 'learner'] as const) {
    if (texts[field] === '') wrong(field, 'missing-value', `The ${names[field]} is missing.`)
  }
  if (!isDate(texts.takenOn)) {
    wrong('takenOn', 'invalid-date', `${texts.takenOn || 'Nothing'} is not a date: write 2026-03-02.`)
  }
  if (mark === undefined)
    wrong('mark', 'invalid-mark', `${texts.mark} is not a mark: a number, or nothing.`, markHint(texts.mark))
  if (problems.length > 0 || !('key' in address) || !site || mark === undefined) {
    return { problems, teacherKey: 'key' in address ? address.key : undefined }
  }
  return { read: { row, teacherKey: address.key, site, takenOn: texts.takenOn, mark } }
}

const names = { group: 'learner group', subject: 'subject', test: 'test', learner: 'learner' } as const

/** Null where nothing was marked; undefined where it is no number. */
function readMark(text: string): number | null | undefined {
  if (text === '') return null
  return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
}

/** 87% of what cannot be told; a cell formatted as a percentage shows a mark that nobody gave. */
function markHint(text: string): string | undefined {
  return text.includes('%')
    ? 'write the mark as a number without %, and format the cells as numbers'
    : undefined
}

/** What makes two learner groups or tests the same. */
export function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}
