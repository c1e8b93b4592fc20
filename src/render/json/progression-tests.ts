import * as z from 'zod/mini'
import { answer, answerOfChange, count, text } from './parts.ts'

/** What was there before, and what is new. */
const merged = () => z.strictObject({ created: count(), unchanged: count() })

export const progressionTestAnswers = () => ({
  progressionTests: answer({
    progressionTests: z.array(
      z.strictObject({
        site: text(),
        learnerGroup: text(),
        stage: text(),
        subject: text(),
        test: text(),
        takenOn: z.iso.date(),
        results: count(),
      }),
    ),
    total: count(),
  }),
  progressionTestsImport: answerOfChange({
    file: text(),
    rows: count(),
    learnerGroups: merged(),
    tests: merged(),
    results: z.strictObject({ created: count(), corrected: count(), unchanged: count() }),
    changed: z.boolean(),
  }),
})
