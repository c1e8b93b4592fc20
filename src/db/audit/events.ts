import { type Expression, expressionBuilder, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { countOf } from '../rows.ts'
import { jsonNumber, jsonObject, jsonText } from '../portable.ts'
import type { EventKind, Store } from '../schema.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'

/** A row of the audit log as it is read. */
export interface AuditEntry {
  id: number
  at: string
  /** The operating system's user and host; null if the reader may not see it. */
  operator: string | null
  /** The address of the user who acted; null for Cambridge staff, `(erased)` for an erased user. */
  actor: string | null
  kind: EventKind
  action: string
  /** An address or a centre number; null if there is none, or the person was erased. */
  subject: string | null
  /** The present names of the people in the event whom the reader may see, by their role in it. */
  names: Readonly<Record<string, string>>
  /** Before, after, counts, the command, and the people by their role in the event. */
  details: Record<string, unknown>
}

export interface EventFilter {
  kind?: EventKind
  /** An address or a centre number. */
  subject?: string
  /** An address; `staff` for Cambridge staff; `(erased)` for erased users. */
  actor?: string
  /** The operating system's user and host. */
  operator?: string | undefined
  /** The whole action, or its noun: `coordinator`. */
  action?: string
  /** ISO times: `since` is inclusive, `until` exclusive. */
  since?: string
  until?: string
  limit?: number
  visible?: VisibleCentres
}

/** The last events about a user or centre, newest first, including the imports that changed it. */
export async function lastEvents(
  db: Kysely<Store>,
  { subject, userId, visible }: { subject: string; userId?: number; visible: VisibleCentres },
): Promise<AuditEntry[]> {
  const rowsOfSubject = userId === undefined ? rowsAbout(subject) : rowsAboutUser({ subject, userId })
  const imported =
    userId === undefined
      ? { centres: centreOf(subject) }
      : { users: sql<number>`select id from users where id = ${userId}` }
  const rows = await eventRows(db, visible)
    .where(sql<SqlBool>`audit.id in (${rowsOfSubject} union ${eventsOfImports(imported)})`)
    .orderBy('audit.id', 'desc')
    .limit(5)
    .execute()
  return rows.map(entryOf)
}

export function countEvents(db: Kysely<Store>, filter: EventFilter): Promise<number> {
  return countOf(db.selectFrom('audit').where(matchesFilter(filter)))
}

/** The events that pass the filter, read a page at a time, for a log of any length. */
export async function* pagesOfEvents(
  db: Kysely<Store>,
  { order, limit, ...filter }: EventFilter & { order: 'asc' | 'desc' },
): AsyncGenerator<AuditEntry[]> {
  let remaining = limit ?? Number.POSITIVE_INFINITY
  let last: number | undefined
  while (remaining > 0) {
    const page = eventRows(db, filter.visible)
      .where(matchesFilter(filter))
      .orderBy('audit.id', order)
      .limit(Math.min(remaining, 1000))
    const from = last
    const next = from === undefined ? page : page.where('audit.id', order === 'asc' ? '>' : '<', from)
    const rows = await next.execute()
    if (rows.length > 0) yield rows.map(entryOf)
    if (rows.length < 1000) return
    remaining -= rows.length
    last = rows.at(-1)?.id
  }
}

/** The events that pass the filter one by one, oldest first (`asc`) or newest first. */
export async function* streamEvents(
  db: Kysely<Store>,
  filter: EventFilter & { order: 'asc' | 'desc' },
): AsyncGenerator<AuditEntry> {
  for await (const page of pagesOfEvents(db, filter)) yield* page
}

/** Shown for an actor who was erased since: their value is kept and empty, whereas Cambridge staff have none. */
export const erasedActor = '(erased)'

/** Shown for a value that belongs to a centre that the reader may not see. */
export const hiddenValue = '(elsewhere)'

function eventRows(db: Kysely<Store>, visible: VisibleCentres = 'all') {
  const personal = sql`audit_personal where audit_id = audit.id`
  const value = sql`case when ${isReadable(visible)} then value else ${hiddenValue} end`
  return db
    .selectFrom('audit')
    .select(['audit.id', 'at', 'operator', 'kind', 'action', 'command', 'facts'])
    .select([
      sql<string>`(select ${jsonObject(sql.ref('field'), value)} from ${personal})`.as('people'),
      sql<string>`(select ${jsonObject(sql.ref('field'), nameNow)} from ${personal}
        and user_id is not null and ${isReadable(visible)})`.as('names'),
    ])
}

/** The user's present name; empty if they were erased. */
const nameNow = sql`(select trim(first_name || ' ' || last_name) from users where users.id = user_id)`

/** Whether the reader may see a personal value: it is about no user, or about one at a centre they may see. */
function isReadable(visible: VisibleCentres) {
  if (visible === 'all') return sql<boolean>`true`
  return sql<boolean>`(user_id is null or user_id in (select id from users where ${isVisible('users.centre_id', visible)}))`
}

type EventRow = Awaited<ReturnType<ReturnType<typeof eventRows>['execute']>>[number]

/** The other actions of this action's noun in the log; none if the log has the action itself. */
export async function otherActions(db: Kysely<Store>, action: string): Promise<string[]> {
  const [noun = ''] = action.split('.')
  const rows = await db
    .selectFrom('audit')
    .select('action')
    .distinct()
    .where('action', '>=', `${noun}.`)
    .where('action', '<', `${noun}/`)
    .orderBy('action')
    .execute()
  const actions = rows.map((row) => row.action)
  return actions.includes(action) ? [] : actions
}

/** Whether an import was taken back: whom it had created and removed again, nothing tells any more. */
export async function hasUndoneImport(db: Kysely<Store>): Promise<boolean> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('action', '=', 'centres.import-undone')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function entryOf({ id, at, operator, kind, action, command, facts, people, names }: EventRow): AuditEntry {
  const { actor, subject, ...others } = JSON.parse(people)
  return {
    id,
    at,
    operator,
    actor: actor === null ? erasedActor : (actor ?? null),
    kind,
    action,
    subject: subject ?? null,
    names: JSON.parse(names),
    details: { command, ...JSON.parse(facts), ...others },
  }
}

function matchesFilter({
  kind,
  subject,
  actor,
  operator,
  action,
  since,
  until,
  visible = 'all',
}: EventFilter): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'audit'>()
  const conditions: Expression<SqlBool>[] = []
  if (kind) conditions.push(eb('audit.kind', '=', kind))
  const imported = subject ? eventsOfImportsAbout(subject, visible) : undefined
  if (subject && imported) {
    const rows = sql<number>`${rowsAbout(subject)} and ${isReadable(visible)} union ${imported}`
    conditions.push(sql<SqlBool>`audit.id in (${rows})`)
  }
  if (actor === 'staff') conditions.push(sql<SqlBool>`audit.id not in (${rowsByActor()})`)
  else if (actor === erasedActor)
    conditions.push(sql<SqlBool>`audit.id in (${rowsByActor()} and value is null and ${isReadable(visible)})`)
  else if (actor)
    conditions.push(sql<SqlBool>`audit.id in (${rowsByActor(actor)} and ${isReadable(visible)})`)
  // '/' is the character after '.': every action of a noun lies between the two.
  if (action?.includes('.')) conditions.push(eb('audit.action', '=', action))
  else if (action)
    conditions.push(eb('audit.action', '>=', `${action}.`), eb('audit.action', '<', `${action}/`))
  if (operator) conditions.push(eb('audit.operator', '=', operator))
  if (since) conditions.push(eb('audit.at', '>=', since))
  if (until) conditions.push(eb('audit.at', '<', until))
  if (visible !== 'all') {
    const within = rowsWithinCentres(visible)
    // The event of an import is about no centre: whoever sees a person or centre that it changed sees it, too.
    const rows = imported ? sql<number>`${within} union ${imported}` : within
    conditions.push(sql<SqlBool>`audit.id in (${rows})`)
  }
  return eb.and(conditions)
}

/** The rows in which an address or a centre number has a role other than the actor's. */
function rowsAbout(subject: string) {
  const spellings = [subject, subject.toLowerCase(), subject.toUpperCase()]
  return sql<number>`select audit_id from audit_personal
    where field <> 'actor' and (value in (${sql.join(spellings)}) or user_id in
      (${accountsOf(subject)}))`
}

/** The live account of an address and the deleted ones, which are in two partial indexes. */
function accountsOf(address: string) {
  const key = address.toLowerCase()
  return sql<number>`select id from users where email_key = ${key} and status <> 'deleted'
    union all select id from users where email_key = ${key} and status = 'deleted'`
}

/** The same for one account: an earlier account of its address is another user. */
function rowsAboutUser({ subject, userId }: { subject: string; userId: number }) {
  return sql<number>`select audit_id from audit_personal where user_id = ${userId} and field <> 'actor'
    union select audit_id from audit_personal
      where value = ${subject} and user_id is null and field <> 'actor'`
}

function rowsByActor(email?: string) {
  const byAnybody = sql<number>`select audit_id from audit_personal where field = 'actor'`
  if (email === undefined) return byAnybody
  return sql<number>`${byAnybody} and (value = ${email} or user_id in
    (${accountsOf(email)}))`
}

function centreOf(number: string) {
  return sql<number>`select id from centres where number = ${number}`
}

/** The events of the imports that created or changed the owner of an address, or a centre, whom the reader may see. */
function eventsOfImportsAbout(subject: string, visible: VisibleCentres) {
  return eventsOfImports({
    users: sql<number>`select id from users where id in (${accountsOf(subject)})
      and ${isVisible('users.centre_id', visible)}`,
    centres: sql<number>`${centreOf(subject.toUpperCase())} and ${isVisible('centres.id', visible)}`,
  })
}

/**
 * The events of the imports that created or changed these users and centres. The event carries the import's number and
 * names none of them; whom an import concerns stands in its own tables, which an erasure leaves without an address.
 */
function eventsOfImports({ users, centres }: { users?: RawBuilder<number>; centres?: RawBuilder<number> }) {
  const imports: RawBuilder<number>[] = []
  const numbers: RawBuilder<string>[] = []
  if (users) {
    imports.push(
      sql`select created_by_import from users where id in (${users})`,
      sql`select import_id from import_changes where user_id in (${users})`,
    )
    numbers.push(
      sql`select number from centres where id in (select centre_id from users where id in (${users}))`,
    )
  }
  if (centres) {
    imports.push(
      sql`select created_by_import from centres where id in (${centres})`,
      sql`select import_id from import_changes where centre_id in (${centres})`,
    )
    numbers.push(sql`select number from centres where id in (${centres})`)
  }
  const union = sql` union `
  // New PINs can be issued to those at one centre only.
  const centre = jsonText(sql.ref('facts'), 'centre')
  return sql<number>`select id from audit where action in (${sql.join(actionsOnImports)})
    and ${jsonNumber(sql.ref('facts'), 'import')} in (${sql.join(imports, union)})
    and (${centre} is null or ${centre} in (${sql.join(numbers, union)}))`
}

/** The actions of importing and of undoing an import. */
export const importActions = ['centres.imported', 'centres.import-undone'] as const

/** The actions on an import as a whole: those on its sheet of PINs, too. */
export const actionsOnImports = [...importActions, 'pins.renewed', 'pins.made-again'] as const

/** The rows about a visible centre or a user there, even if they are not the first target of a refused list. */
function rowsWithinCentres(visible: readonly number[]) {
  return sql<number>`select audit_id from audit_personal where (field = 'subject' or field like 'target%') and (
    value in (select number from centres where ${isVisible('centres.id', visible)})
    or user_id in (select id from users where ${isVisible('users.centre_id', visible)}))`
}
