import * as z from 'zod/mini'
import { answer, answerOfChange, cellChange, count, problemWithHint, orNull, text, time } from './parts.ts'
import { answerOfTable, closedAndOpened, rowCounts } from './releases.ts'

const session = () => z.enum(['AM', 'PM', 'EV'])

export const keyTime = () =>
  z.strictObject({
    id: count(),
    country: text(),
    administrativeZone: orNull(count()),
    session: session(),
    localTime: text(),
    timeZone: text(),
    series: orNull(text()),
    from: orNull(z.iso.date()),
    until: orNull(z.iso.date()),
  })

export const keyTimeAnswers = () => ({
  keyTimesImport: answerOfTable({ keyTimes: rowCounts() }),
  /**
   * `nextAt` is today, or on the first day on which the Key Time holds; null where none is left or the time does not
   * exist.
   */
  keyTimeList: answer({
    keyTimes: z.array(z.strictObject({ ...keyTime().shape, nextAt: orNull(time()) })),
    total: count(),
  }),
  shownKeyTimes: answer({
    centre: z.strictObject({ number: text(), name: text() }),
    country: text(),
    timeZone: orNull(text()),
    date: z.iso.date(),
    keyTimes: z.array(
      z.strictObject({
        session: session(),
        series: orNull(text()),
        localTime: orNull(text()),
        local: orNull(text()),
        at: orNull(time()),
        problem: orNull(problemWithHint()),
      }),
    ),
    total: count(),
  }),
  changedKeyTime: answerOfChange({
    ...keyTime().shape,
    outcome: z.enum(['edited', 'removed', 'unchanged']),
    ...closedAndOpened(),
    changed: z.boolean(),
  }),
})

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

/** The numbers of what is new, and of what was there before. */
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
    /** `kept` is the part of `unchanged` whose saved marks stay because their cells are blank. */
    results: z.strictObject({ created: count(), corrected: count(), unchanged: count(), kept: count() }),
    changes: z.array(cellChange()),
    changed: z.boolean(),
  }),
})
