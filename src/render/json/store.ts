import * as z from 'zod/mini'
import { importState } from './imports.ts'
import { answer, answerOfChange, count, orNull, problem, serverFacts, text, time } from './parts.ts'

export const event = () =>
  z.strictObject({
    id: count(),
    at: time(),
    operator: orNull(text()),
    actor: orNull(text()),
    kind: z.enum(['change', 'refusal', 'event']),
    action: text(),
    subject: orNull(text()),
    details: z.record(text(), z.unknown()),
  })

const voided = () => z.strictObject({ pins: count(), links: count(), letters: count() })

/** Answers about the store itself, and its audit log. */
export const storeAnswers = () => ({
  auditList: answer({ events: z.array(event()), total: count() }),
  auditExport: answer({ file: orNull(text()), events: count() }),
  auditVerdict: answer({ ok: z.boolean(), events: count(), head: orNull(text()) }),
  /** `desks`: with --roles, the role of a shared store's desks; null otherwise. */
  createdStore: answerOfChange({
    store: text(),
    keyFile: text(),
    desks: orNull(z.strictObject({ role: text(), statements: z.array(text()), made: z.boolean() })),
    changed: z.boolean(),
  }),
  store: answer({
    store: text(),
    bytes: count(),
    /** Null for a store that is a file. */
    server: orNull(
      z.strictObject({
        ...serverFacts(),
        heldBy: orNull(text()),
      }),
    ),
    /** The command that is changing the store now, and who runs it; null for nobody. */
    heldBy: orNull(text()),
    keyFile: text(),
    key: z.enum(['there', 'missing', 'of-another-store', 'unreadable']),
    createdAt: time(),
    version: count(),
    centres: z.strictObject({ live: count(), deleted: count() }),
    users: z.strictObject({ invited: count(), active: count(), suspended: count(), deleted: count() }),
    auditRows: count(),
    messagesWaiting: count(),
    lastImport: orNull(z.strictObject({ id: count(), file: text(), at: time(), state: importState() })),
    kept: z.array(z.strictObject({ file: text(), at: time(), bytes: count() })),
  }),
  storeCheck: answer({ ok: z.boolean(), store: text(), keyFile: text(), findings: z.array(problem()) }),
  /** `bytes` is null in a rehearsal. */
  backup: answerOfChange({
    store: text(),
    file: text(),
    bytes: orNull(count()),
    keyFile: text(),
    /** Whether --without-content left out the bytes of files. */
    withoutContent: z.boolean(),
    changed: z.boolean(),
  }),
  /** `rows` and `head`, the end of the audit log, are the same in both stores; null in a rehearsal. */
  copiedStore: answerOfChange({
    store: text(),
    to: text(),
    counts: z.strictObject({ centres: count(), users: count(), events: count() }),
    rows: orNull(count()),
    head: orNull(z.strictObject({ events: count(), head: text() })),
    keyFile: text(),
    /** The path at which the key of the copy is looked for. */
    keyFileOfCopy: text(),
    withoutContent: z.boolean(),
    changed: z.boolean(),
  }),
  /** `kept` is the path at which the former store lies now. */
  restoredStore: answerOfChange({
    store: text(),
    file: text(),
    kept: orNull(text()),
    keyFile: text(),
    newKey: z.boolean(),
    voided: voided(),
    erasedAgain: z.strictObject({ accounts: count(), suspended: z.array(count()), left: z.array(text()) }),
    /**
     * Messages that had not gone out when the backup was made: `settled` have gone out or were cancelled since; of
     * `unsure` nobody knows.
     */
    messages: z.strictObject({ settled: count(), unsure: count() }),
    changed: z.boolean(),
  }),
  migratedStore: answerOfChange({
    store: text(),
    from: count(),
    to: count(),
    kept: orNull(text()),
    changed: z.boolean(),
  }),
  /** `kept` is the path at which the former key lies now. */
  rekeyedStore: answerOfChange({
    store: text(),
    keyFile: text(),
    kept: orNull(text()),
    voided: voided(),
    changed: z.boolean(),
  }),
  acceptedClock: answerOfChange({
    acceptedAt: time(),
    lastEventAt: orNull(time()),
    voided: voided(),
    changed: z.boolean(),
  }),
  seededStore: z.union([
    answerOfChange({
      centres: count(),
      users: count(),
      /** With --releases, the counts of what else was invented. */
      releases: orNull(
        z.strictObject({ keyTimes: count(), entries: count(), resources: count(), releases: count() }),
      ),
      /** With --services, the counts of what else was invented. */
      services: orNull(
        z.strictObject({
          associates: count(),
          associateCentres: count(),
          roles: count(),
          learnerGroups: count(),
        }),
      ),
      changed: z.boolean(),
    }),
    /** With --xlsx, the workbook, and the file with the answer that its import must give. */
    answerOfChange({
      file: text(),
      expect: orNull(text()),
      rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
    }),
  ]),
  /** `lapsing` and `sheetsOwed` need attention soon; `next` are command lines to be pasted. */
  status: answer({
    store: text(),
    /** `by-command`: the key comes from a command, which is not run here. */
    key: z.enum(['there', 'missing', 'of-another-store', 'unreadable', 'by-command']),
    answersInMs: count(),
    /** Null for a store that is a file. */
    server: orNull(z.strictObject(serverFacts())),
    /** The command that is changing the store now, and who runs it; null for nobody. */
    heldBy: orNull(text()),
    centres: z.strictObject({ approved: count(), active: count(), deleted: count() }),
    users: z.strictObject({ invited: count(), active: count(), suspended: count(), deleted: count() }),
    /** `expired`: those whose link or code expired in the last 30 days before they could be sent. */
    messages: z.strictObject({ waiting: count(), failed: count(), unknown: count(), expired: count() }),
    lapsing: z.strictObject({ links: count(), pins: count() }),
    sheetsOwed: z.array(z.strictObject({ import: count(), file: text() })),
    /** Releases that open for some centre within a day. */
    opening: z.array(
      z.strictObject({
        id: count(),
        name: text(),
        firstOpensAt: orNull(time()),
        centres: count(),
        withoutKeyTime: count(),
        /** The local time where most of those centres are, with the name of the zone. */
        firstOpensLocal: orNull(text()),
        lastOpensAt: orNull(time()),
        lastOpensLocal: orNull(text()),
      }),
    ),
    lastImports: z.array(z.strictObject({ id: count(), file: text(), at: time(), state: importState() })),
    next: z.array(text()),
  }),
})
