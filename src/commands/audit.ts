import { extname } from 'node:path'
import {
  otherActions,
  type AuditEntry,
  countEvents,
  hasUndoneImport,
  pagesOfEvents,
  streamEvents,
} from '../db/audit/events.ts'
import { prepareTable, refuseStdout } from '../cli/output-file.ts'
import { Usage, Unavailable } from '../errors.ts'
import {
  eventInFull,
  eventJson,
  eventSheet,
  eventFields,
  eventsInPipe,
  eventsInTable,
} from '../render/audit.ts'
import { eventRedactor } from '../rules/audit/event-redactor.ts'
import { visibleCentres, describeVisibility } from '../rules/permissions/decide.ts'
import { preparedQuery, listing, query } from '../cli/define.ts'
import {
  argument,
  yesOption,
  flag,
  allowName,
  option,
  choiceOption,
  withCompletions,
} from '../cli/parameters.ts'
import { count, changeMark } from '../render/text.ts'
import { pathInWords } from '../shell-word.ts'
import { mapPages } from '../db/rows.ts'
import * as z from 'zod'
import type { AuditVerdict } from '../db/audit/verify.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { missingHeadNotice } from '../cli/session.ts'

const day = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 86_400_000

/** A period, relative to the present moment. */
type Period = (now: Date) => { from: Date; to: Date }

/** A day or a moment; a moment without a zone is in UTC, as in the log. */
const periodSchema = z.string().transform((text, context): Period => {
  const typed = yearFirst(text.trim().toLowerCase())
  const [, length, unit = ''] =
    /^(\d{1,4})\s*(m(?=$|i| )|[hdw])(?:(?:in(?:ute)?|our|ay|eek)s?)?(?: ago)?$/.exec(typed) ?? []
  if (length !== undefined) {
    return (now) => {
      const at = new Date(now.getTime() - Number(length) * (milliseconds[unit] ?? 0))
      return { from: at, to: at }
    }
  }
  const daysAgo = ['today', 'yesterday'].indexOf(typed)
  if (daysAgo >= 0) return (now) => wholeDay(new Date(now.getTime() - daysAgo * dayMs))
  const [, year, month] = /^(2\d{3})(?:-(0[1-9]|1[0-2]))?$/.exec(typed) ?? []
  if (year !== undefined)
    return () => wholeMonths(+year, month ? { first: +month, count: 1 } : { first: 1, count: 12 })
  const zoned = /(z|[+-]\d\d:?\d\d)$/.test(typed) || day.test(typed) ? typed : `${typed}z`
  const at = new Date(zoned.toUpperCase())
  if (beginsWithDay(typed) && !Number.isNaN(at.getTime()))
    return () => (day.test(typed) ? wholeDay(at) : { from: at, to: at })
  context.addIssue({
    code: 'custom',
    message:
      'it takes a day such as 2026-03-01, today or yesterday, a time such as 2026-03-01T09:30, or how long ago: 30m, 2h, 3d, 1w',
  })
  return z.NEVER
})

const milliseconds: Readonly<Record<string, number>> = { m: 60_000, h: dayMs / 24, d: dayMs, w: 7 * dayMs }

/** Reads `2026/3/1` as 2026-03-01: only with the year first is the order of day and month unambiguous. */
function yearFirst(typed: string): string {
  return typed.replace(
    /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/,
    (_, year: string, _separator, month: string, date: string) =>
      [year, month.padStart(2, '0'), date.padStart(2, '0')].join('-'),
  )
}

/** Whether a text begins with an existing date: JavaScript would read `2026-02-30` as a day in March. */
function beginsWithDay(typed: string): boolean {
  const [named] = /^\d{4}-\d{2}-\d{2}(?!\d)/.exec(typed) ?? []
  const at = new Date(named ?? Number.NaN)
  return named !== undefined && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(named)
}

function wholeMonths(year: number, { first, count }: { first: number; count: number }) {
  return { from: new Date(Date.UTC(year, first - 1)), to: new Date(Date.UTC(year, first - 1 + count)) }
}

/** The day of a moment, UTC. */
function wholeDay(at: Date): { from: Date; to: Date } {
  const from = new Date(`${at.toISOString().slice(0, 10)}T00:00:00Z`)
  return { from, to: new Date(from.getTime() + dayMs) }
}

/** The period of --since and --until; the named days are included. */
function periodOf({ since, until }: { since?: Period | undefined; until?: Period | undefined }, now: Date) {
  return { since: isoOf(since?.(now).from), until: isoOf(until?.(now).to) }
}

/** From year 10000 on, Node writes a sign, which sorts before every digit. */
function isoOf(at: Date | undefined): string | undefined {
  const iso = at?.toISOString()
  return iso?.startsWith('+') ? '9999-12-31T23:59:59.999Z' : iso
}

const typedTextFilter = z.string().trim().min(1).optional()

const days = ['today', 'yesterday']

/** Filters of the log. */
const filterOptions = {
  kind: choiceOption(['change', 'refusal', 'event'], '<kind>', 'change, refusal or event'),
  subject: allowName(
    'subject',
    option('<who>', 'what happened to this person or centre, imports included', typedTextFilter),
  ),
  actor: allowName(
    'past-user',
    option('<email>', 'what this user did; staff for Cambridge staff', typedTextFilter),
  ),
  action: option('<action>', 'what was done: users.suspended, or users for all of it', typedTextFilter),
  since: withCompletions(
    days,
    option('<time>', 'from this day or time on, UTC; yesterday, or 30m, 2h, 3d ago', periodSchema.optional()),
  ),
  until: withCompletions(days, option('<time>', 'up to this day or time, UTC', periodSchema.optional())),
}

const noMatchMessage = 'Nothing of that kind has happened.'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list what happened, newest first',
    description:
      'List what happened, newest first. At a terminal the last 50 events; in a pipe all of them.\nIn a pipe: number, time (UTC), kind, action, subject, actor (staff for Cambridge staff), operator, details as JSON.',
    options: {
      ...filterOptions,
      last: flag('only the last change that was made by you at this machine'),
    },
    examples: [
      'ssh-admin audit list --subject amira@school.example',
      'ssh-admin audit list --last',
      'ssh-admin audit list --kind refusal --since 2026-03-01',
    ],
    singular: 'event',
    answer: 'auditList',
    key: 'events',
    fields: eventFields,
    table: eventsInTable,
    pipe: eventsInPipe,
    id: 'id',
    // About two screens.
    terminalLimit: 50,
    find: async ({ store: { db }, ctx }, { last, ...options }) => {
      const { kind = last ? 'change' : undefined, subject, actor, action } = options
      const { since, until } = periodOf(options, ctx.at)
      const operator = last ? ctx.actor.operator : undefined
      const filter = {
        kind,
        subject,
        actor,
        operator,
        action,
        since,
        until,
        visible: visibleCentres(ctx.actor),
      }
      const redact = await eventRedactor(db, ctx.actor)
      return {
        rows: ({ reverse, limit }) => {
          const order = reverse && !last ? 'asc' : 'desc'
          return mapPages(pagesOfEvents(db, { ...filter, limit: last ? 1 : limit, order }), redact)
        },
        count: async () => Math.min(await countEvents(db, filter), last ? 1 : Number.POSITIVE_INFINITY),
        visiblePart: describeVisibility(ctx.actor),
        // A single event is shown in full.
        ...(last && { expandRow: eventInFull }),
        explainNoMatch: async () => {
          const others = action && ctx.actor.kind === 'staff' ? await otherActions(db, action) : []
          if (others.length > 0) return `The log tells of no ${action}, but of ${others.join(', ')}.`
          return subject !== undefined && ctx.actor.kind === 'staff' && (await hasUndoneImport(db))
            ? `${noMatchMessage} An import that was taken back keeps nobody whom it had created: ssh-admin centres imports`
            : undefined
        },
      }
    },
    json: eventJson,
    // On a narrow screen, sentences do not fit into a column.
    expandRow: eventInFull,
    expandUnder: 60,
    emptyMessage: 'Nothing has happened yet.',
    noMatchMessage,
  })

export const exportEvents = () =>
  preparedQuery({
    name: 'export',
    summary: 'write the audit log into a file',
    description:
      'Write the audit log, oldest first, into a file: a workbook with filters (.xlsx), .csv, or one JSON document a line (.jsonl).',
    args: { file: argument('the file: .xlsx, .csv or .jsonl') },
    options: {
      ...filterOptions,
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: ['ssh-admin audit export audit.xlsx --since 2026-01-01'],
    prepare: async ({ yes: _, ...request }) => {
      refuseUnknownExtension(request.file)
      return request
    },
    read: async ({ db }, { actor, at }, { file, ...filter }) => {
      const counted = { events: 0 }
      const log = streamEvents(db, {
        ...filter,
        ...periodOf(filter, at),
        order: 'asc',
        visible: visibleCentres(actor),
      })
      const events = countWhileReading(log, { counted, redact: await eventRedactor(db, actor) })
      return { file, counted, events }
    },
    output: {
      kind: 'audit',
      file: ({ file }) => file,
      write: async (output, { file, events }, { session }) => {
        const { now, signal } = session.context
        if (extensionOf(file) === '.jsonl') await output.prepare(linesOf(events))
        else await prepareTable(output, { sheets: [eventSheet(events)], at: now(), signal })
      },
      event: ({ counted: { events } }) => ({ action: 'audit.exported', facts: { events } }),
    },
    render: ({ counted: { events } }, { isTerminal }, file) => {
      if (file === undefined) return ''
      return isTerminal ? `Wrote ${count(events, 'event')} to ${pathInWords(file)}.` : `${file}\t${events}`
    },
    json: ({ counted: { events } }, file) => ({ file: file ?? null, events }),
  })

function extensionOf(file: string): string {
  return extname(file).toLowerCase()
}

function refuseUnknownExtension(file: string): void {
  refuseStdout(file)
  if (['.xlsx', '.csv', '.jsonl'].includes(extensionOf(file))) return
  throw new Usage(`${file} has an ending that is not known.`, {
    hint: 'End the name with .xlsx, .csv or .jsonl.',
  })
}

async function* countWhileReading(
  events: AsyncIterable<AuditEntry>,
  { counted, redact }: { counted: { events: number }; redact: (event: AuditEntry) => AuditEntry },
) {
  for await (const event of events) {
    counted.events += 1
    yield redact(event)
  }
}

async function* linesOf(events: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(eventJson(event))}\n`
}

export const verify = () =>
  query({
    name: 'verify',
    summary: 'check that nobody changed the audit log',
    description: `Check that no row of the audit log was changed, removed, inserted or moved, and print its head.
Every row is sealed with the store's key together with the row before it: what was done without the key shows. Where the log ends is noted beside the key after each change (KEY.head, of a shared store KEY.PLACE.head), so that rows cut off at its end show too. What somebody did who holds the key does not: keep the head that is printed somewhere else, and name it with --head the next time.`,
    options: {
      head: option(
        '<hash>',
        'a head printed earlier: it must still be in the log',
        z
          .string()
          .trim()
          .regex(/^[0-9a-f]{64}$/i, { error: 'it takes the 64 digits that audit verify printed' })
          .transform((head) => head.toLowerCase())
          .optional(),
      ),
    },
    examples: ['ssh-admin audit verify'],
    read: async (store, ctx, { head }) => {
      const { missingHead, verifyAudit } = await import('../db/audit/verify.ts')
      const verdict = await verifyAudit(store, { head })
      if (!verdict.ok) throw auditBroken(verdict, store)
      return { ...verdict, missing: await missingHead(store, { ...verdict, operator: ctx.actor.operator }) }
    },
    render: ({ events, head }, view) =>
      view.isTerminal
        ? `${changeMark(true, view)} The audit log is whole: ${events} event${events === 1 ? '' : 's'}.\n  Head: ${head ?? 'none yet'}`
        : `${events}\t${head ?? ''}`,
    json: ({ ok, events, head }) => ({ ok, events, head }),
    notices: ({ backwards, missing }) => [
      // The row is unchanged, but its time is before that of the row before it.
      ...backwards.map(({ row, at, before }) => ({
        code: 'time-backwards',
        message: `The time of row ${row}, ${at}, lies before that of the row it follows, ${before}: a clock was set back.`,
      })),
      ...(missing === undefined ? [] : [missingHeadNotice(missing, 'missing')]),
    ],
  })

function auditBroken(
  { events, head, problems, more }: AuditVerdict,
  { engine, headFile }: Pick<OpenStore, 'engine' | 'headFile'>,
): Unavailable {
  const notListed = more > 0 ? ` (${more} more not listed)` : ''
  const isAboutHeadFile = problems.some(({ message }) => message.includes(headFile))
  const another = engine.isShared
    ? ` Where another desk put a backup in its place since, which ssh-admin audit list --action store.restored says, ${headFile} is of the store before: remove it.`
    : isAboutHeadFile
      ? ` Where an older backup was copied over the store, it lacks what was done since: put back what was there, or put the latest backup in its place with ssh-admin store restore FILE, which the log then says. Where this is a copy, and the store itself was moved away, that head is the store's own: the next change there takes the note along, and the copy gets one of its own.`
      : ''
  return new Unavailable('audit-broken', `The audit log is not as it was written${notListed}:`, {
    hint: `Keep the store as it is, and compare it with a backup: ssh-admin store check says more of the rest.${another}`,
    details: {
      ok: false,
      events,
      head,
      problems: problems.map(({ row, message }) => ({
        target: row === undefined ? 'audit log' : `row ${row}`,
        code: 'audit-broken',
        message,
      })),
    },
  })
}
