import * as z from 'zod/mini'
import {
  answer,
  answerOfChange,
  cellChange,
  count,
  issue,
  problemWithHint,
  orNull,
  text,
  time,
} from './parts.ts'

export const release = () =>
  z.strictObject({
    id: count(),
    name: text(),
    state: z.enum(['draft', 'released', 'withdrawn']),
    /** An ISO time, or `key-time AM 2026-06-02 - 2h`. */
    opens: text(),
    closes: orNull(text()),
    audience: z.array(text()),
    resources: z.array(
      z.strictObject({ id: count(), title: text(), kind: text(), series: text(), withdrawn: z.boolean() }),
    ),
    createdAt: time(),
    releasedAt: orNull(time()),
    withdrawnAt: orNull(time()),
  })

/** For whom something closes that was open, or something opens that was not. */
export const closing = () =>
  z.strictObject({
    release: z.strictObject({ id: count(), name: text() }),
    centre: z.strictObject({ number: text(), name: text() }),
    /** The person who is concerned; absent for everybody of the centre. */
    user: z.optional(text()),
    resources: z.array(text()),
    /** The new closing time, where it is only earlier than before; absent where the release closes at once. */
    closesAt: z.optional(time()),
  })

/** For whom a change closes what was open, and opens what was not. */
export const closedAndOpened = () => ({ closed: z.array(closing()), opened: z.array(closing()) })

/** The answer of an import of a table. @param counted the counts of its rows, under the name of what they are */
export function answerOfTable<Counted extends z.core.$ZodLooseShape>(counted: Counted) {
  return answerOfChange({
    ...closedAndOpened(),
    file: text(),
    rows: z.strictObject({ read: count(), accepted: count(), heldBack: count() }),
    ...counted,
    issues: z.array(issue()),
    changes: z.array(cellChange()),
    /** The file in which --plan-out saved the plan. */
    plan: z.optional(orNull(text())),
    changed: z.boolean(),
  })
}

/** What became of the rows of a table. */
export const rowCounts = () => z.strictObject({ created: count(), changed: count(), unchanged: count() })

export const authorisation = () =>
  z.strictObject({
    release: z.strictObject({ id: count(), name: text() }),
    centre: z.strictObject({ number: text(), name: text() }),
    resources: z.array(z.strictObject({ id: count(), title: text(), kind: text() })),
    opensAt: orNull(time()),
    /** The local time of the opening, with the name of the zone. */
    opensLocal: orNull(text()),
    closesAt: orNull(time()),
    closesLocal: orNull(text()),
    timeZone: orNull(text()),
    state: z.enum(['draft', 'withdrawn', 'not-yet-open', 'open', 'closed', 'never-opens']),
    problem: orNull(problemWithHint()),
  })

/** When a release opens around the world. */
const schedule = () => ({
  centres: count(),
  firstOpensAt: orNull(time()),
  lastOpensAt: orNull(time()),
  lastClosesAt: orNull(time()),
  timeline: z.array(
    z.strictObject({
      at: time(),
      centres: count(),
      zones: z.array(z.strictObject({ timeZone: orNull(text()), local: orNull(text()), centres: count() })),
    }),
  ),
  without: z.array(
    z.strictObject({ centre: z.strictObject({ number: text(), name: text() }), problem: problemWithHint() }),
  ),
  withoutGlobalListening: z.array(z.strictObject({ number: text(), name: text() })),
})

/** Answers about releases, and for whom they open and close. */
export const releaseAnswers = () => ({
  createdRelease: answerOfChange({ ...release().shape, changed: z.boolean() }),
  /** Includes the number of centres in the audience, and when the first and the last of them opens. */
  releaseList: answer({
    releases: z.array(
      z.strictObject({
        ...release().shape,
        centres: count(),
        firstOpensAt: orNull(time()),
        lastOpensAt: orNull(time()),
        withoutKeyTime: count(),
        /** The local time where most of those centres are, with the name of the zone. */
        firstOpensLocal: orNull(text()),
        lastOpensLocal: orNull(text()),
      }),
    ),
    total: count(),
  }),
  shownRelease: answer({ ...release().shape, ...schedule() }),
  /** Includes when the release opens around the world, if it was already released and this has changed. */
  changedRelease: answerOfChange({
    ...release().shape,
    ...z.partial(z.strictObject(schedule())).shape,
    outcome: z.enum(['edited', 'released', 'withdrawn', 'unchanged']),
    ...closedAndOpened(),
    changed: z.boolean(),
  }),
  publishedRelease: answerOfChange({
    ...release().shape,
    ...schedule(),
    outcome: z.enum(['edited', 'released', 'withdrawn', 'unchanged']),
    opened: z.array(closing()),
    changed: z.boolean(),
    authorisations: z.array(authorisation()),
  }),
  /** With --out, the file to which the list was written. */
  authorisationList: z.union([
    answer({ authorisations: z.array(authorisation()), total: count() }),
    answer({ file: orNull(text()), total: count() }),
  ]),
})
