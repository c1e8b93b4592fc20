import * as z from 'zod/mini'
import { answer, answerOfChange, count, problemWithHint, orNull, text, time } from './parts.ts'
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
  /** `nextAt` is today, or on the first day on which it holds; null where that is no more, or no such time. */
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
