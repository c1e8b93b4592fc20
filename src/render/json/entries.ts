import * as z from 'zod/mini'
import { answer, count, orNull, text } from './parts.ts'
import { answerOfTable, rowCounts } from './releases.ts'

/** Answers about entries, and what is wrong with them or with Key Times. */
export const entryAnswers = () => ({
  errorList: answer({
    errors: z.array(
      z.strictObject({
        kind: z.enum(['entry', 'key-time', 'other']),
        code: text(),
        subject: text(),
        message: text(),
        hint: text(),
      }),
    ),
    total: count(),
  }),
  entriesImport: answerOfTable({ entries: rowCounts() }),
  entryList: answer({
    entries: z.array(
      z.strictObject({
        centre: z.strictObject({ number: text(), name: orNull(text()) }),
        series: text(),
        component: text(),
        candidates: count(),
      }),
    ),
    total: count(),
  }),
})
