import * as z from 'zod/mini'
import { answer, answerOfChange, count, issue, orNull, text, time, userStatus } from './parts.ts'
import { closedAndOpened } from './releases.ts'

const importCounts = () => ({
  rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
  centres: z.strictObject({
    created: count(),
    renamed: count(),
    unchanged: count(),
    restored: count(),
    deleted: count(),
  }),
  users: z.strictObject({ created: count(), replaced: count(), unchanged: count(), deleted: count() }),
})

export const importState = () => z.enum(['planned', 'applied', 'undone'])

/** An import as the history keeps it. */
export const importRecord = () =>
  z.strictObject({
    id: count(),
    file: text(),
    sheet: text(),
    digest: text(),
    state: importState(),
    at: time(),
    operator: text(),
    actor: orNull(text()),
    counts: z.strictObject(importCounts()),
  })

/** What an import would touch, hold back and leave alone. */
const planFields = () => ({
  renamedCentres: z.array(z.strictObject({ number: text(), from: text(), to: text(), cell: orNull(text()) })),
  missingCentres: z.array(
    z.strictObject({
      number: text(),
      name: text(),
      users: count(),
      kept: orNull(z.enum(['held-back-rows'])),
    }),
  ),
  extraUsers: z.array(
    z.strictObject({
      email: text(),
      centre: text(),
      spreadsheetEmails: z.array(text()),
      lastSignedInAt: orNull(time()),
      kept: orNull(
        z.enum(['held-back-rows', 'is-coordinator', 'has-progression-tests', 'has-associate-centres']),
      ),
    }),
  ),
  duplicatedUsers: z.array(
    z.strictObject({
      email: text(),
      places: z.array(
        z.strictObject({ centre: text(), in: z.enum(['workbook', 'store']), cell: orNull(text()) }),
      ),
    }),
  ),
  issues: z.array(issue()),
})

const importFields = () => ({
  ...importCounts(),
  ...planFields(),
  pins: z.strictObject({ file: orNull(text()), count: count() }),
  mail: z.strictObject({ queued: count() }),
  elapsedMs: count(),
  dryRun: z.boolean(),
})

/** Answers of the import of a workbook: its plan, what it did, its PIN sheets. */
export const importAnswers = () => ({
  /** `newCentres` and `newUsers` are numbers; `ok` says that no row would be held back. */
  linted: answer({
    ok: z.boolean(),
    file: text(),
    sheet: text(),
    digest: text(),
    rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
    newCentres: count(),
    newUsers: count(),
    ...planFields(),
  }),
  import: answer({
    import: z.strictObject({
      id: orNull(count()),
      file: text(),
      sheet: text(),
      state: importState(),
      digest: text(),
    }),
    ...importFields(),
    /** With --plan-out, the file in which the plan was saved; null in a rehearsal. */
    plan: z.optional(orNull(text())),
    ...closedAndOpened(),
  }),
  imports: answer({ imports: z.array(importRecord()), total: count() }),
  shownImport: answer({
    import: importRecord(),
    ...importFields(),
    created: z.strictObject({
      createdCentres: z.array(z.strictObject({ number: text(), name: text() })),
      createdUsers: z.array(
        z.strictObject({ email: text(), centre: orNull(text()), status: userStatus(), pin: text() }),
      ),
      changes: z.array(
        z.strictObject({ kind: text(), what: orNull(text()), before: orNull(text()), after: orNull(text()) }),
      ),
    }),
    /** The numbers of centres and users for whom the import opened a release, from the audit log. */
    openedFor: z.array(
      z.strictObject({
        release: z.strictObject({ id: count(), name: text() }),
        centres: count(),
        users: count(),
      }),
    ),
  }),
  undoneImport: answerOfChange({
    import: importRecord(),
    changed: z.boolean(),
    undone: z.strictObject({
      usersRemoved: count(),
      centresRemoved: count(),
      namesGivenBack: count(),
      centresRestored: count(),
      usersRestored: count(),
      centresDeletedAgain: count(),
      pinsVoided: count(),
      lettersCancelled: count(),
    }),
    left: z.array(z.strictObject({ what: text(), reason: text() })),
    ...closedAndOpened(),
  }),
  pinSheet: answerOfChange({
    file: orNull(text()),
    count: count(),
    withoutPin: z.array(z.strictObject({ email: text(), reason: text() })),
    renewed: count(),
    changed: z.boolean(),
  }),
})
