import * as z from 'zod/mini'
import { answer, answerOfChange, count, issue, orNull, rowsOfTable, text } from './parts.ts'
import { closing } from './releases.ts'

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
  entriesImport: answerOfChange({
    closed: z.array(closing()),
    opened: z.array(closing()),
    file: text(),
    rows: rowsOfTable(),
    entries: z.strictObject({ created: count(), changed: count(), unchanged: count() }),
    issues: z.array(issue()),
    /** Where --plan-out saved it. */
    plan: z.optional(orNull(text())),
    changed: z.boolean(),
  }),
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
