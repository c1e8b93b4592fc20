import type { Kysely } from 'kysely'
import { isVisible, type VisibleCentres } from './centres/visible.ts'
import type { Store } from './schema.ts'

interface Search {
  prefix: string
  visible: VisibleCentres
  among?: Among | undefined
}

/** Narrows completions by another word of the line: a centre's number, or the key of a user's address. */
export interface Among {
  /** Users who can become the coordinator of this centre. */
  adminsOf?: string
  /** Users who can take over from this user. */
  colleaguesOf?: string
  /** Centres that can be assigned to this user. */
  assignableTo?: string
  assignedTo?: string
}

interface Completion {
  value: string
  description: string
}

/** As many as a shell can sensibly show. */
const maxCompletions = 50
/** Sorts after every character that an address or a number can contain. */
const last = '\uffff'

/** Addresses with this prefix, by an index range scan, with their owners' names and centres. */
export async function usersWithPrefix(
  db: Kysely<Store>,
  { prefix, visible, among: { adminsOf, colleaguesOf } = {} }: Search,
): Promise<Completion[]> {
  const key = prefix.toLowerCase()
  const fitting = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['email', 'first_name', 'last_name', 'centres.number as centre'])
    .where('users.status', '<>', 'deleted')
    .where('email_key', '>=', key)
    .where('email_key', '<', `${key}${last}`)
    .where(isVisible('users.centre_id', visible))
    .$if(adminsOf !== undefined, (query) =>
      query
        .where('centres.number', '=', adminsOf ?? '')
        .where('users.hub_role', '=', 'admin')
        .where('users.status', '<>', 'suspended'),
    )
    .$if(colleaguesOf !== undefined, (query) =>
      query
        .where('users.centre_id', '=', centreOf(db, { key: colleaguesOf, visible }))
        .where('email_key', '<>', colleaguesOf ?? '')
        .where('users.status', '<>', 'suspended'),
    )
  const rows = await firstAndLast(fitting.orderBy('email_key'), fitting.orderBy('email_key', 'desc'))
  return rows.map(({ email, first_name, last_name, centre }) => ({
    value: email,
    description: [first_name, last_name, centre].filter(Boolean).join(' '),
  }))
}

/** Centre numbers with this prefix, with the names. */
export async function centresWithPrefix(
  db: Kysely<Store>,
  { prefix, visible, among: { assignableTo, assignedTo } = {} }: Search,
): Promise<Completion[]> {
  const number = prefix.toUpperCase()
  const fitting = db
    .selectFrom('centres')
    .select(['number', 'name'])
    .where('number', '>=', number)
    .where('number', '<', `${number}${last}`)
    .where(isVisible('id', visible))
    .$if(assignableTo !== undefined, (query) =>
      query
        .where('associate_id', '=', centreOf(db, { key: assignableTo, visible }))
        .where('deleted_at', 'is', null)
        .where('id', 'not in', assignedCentres(db, { key: assignableTo, visible })),
    )
    .$if(assignedTo !== undefined, (query) =>
      query.where('id', 'in', assignedCentres(db, { key: assignedTo, visible })),
    )
  const rows = await firstAndLast(fitting.orderBy('number'), fitting.orderBy('number', 'desc'))
  return rows.map(({ number: value, name }) => ({ value, description: name }))
}

interface Sorted<Row> {
  limit(count: number): { execute(): Promise<Row[]> }
}

/**
 * The first rows, and the last where there are too many to show: a shell inserts what all completions begin with, and
 * that must be so of those that are not shown, too.
 */
async function firstAndLast<Row>(ascending: Sorted<Row>, descending: Sorted<Row>): Promise<Row[]> {
  const rows = await ascending.limit(maxCompletions + 1).execute()
  if (rows.length <= maxCompletions) return rows
  return [...rows.slice(0, maxCompletions - 1), ...(await descending.limit(1).execute())]
}

interface Holder {
  key: string | undefined
  visible: VisibleCentres
}

/** The centre of a user; a user who may not be seen has none. */
function centreOf(db: Kysely<Store>, { key = '', visible }: Holder) {
  return db
    .selectFrom('users as holder')
    .select('holder.centre_id')
    .where('holder.email_key', '=', key)
    .where('holder.status', '<>', 'deleted')
    .where(isVisible('holder.centre_id', visible))
}

function assignedCentres(db: Kysely<Store>, { key = '', visible }: Holder) {
  return db
    .selectFrom('assignments')
    .innerJoin('users as holder', 'holder.id', 'assignments.user_id')
    .select('assignments.centre_id')
    .where('holder.email_key', '=', key)
    .where('holder.status', '<>', 'deleted')
    .where(isVisible('holder.centre_id', visible))
}

export type Held = 'roles' | 'sites' | 'sites of groups'

/** The roles or sites of a user, by the key of their address; undefined if no such user may be seen. */
export async function rolesOrSitesOf(
  db: Kysely<Store>,
  { key, visible, what }: { key: string; visible: VisibleCentres; what: Held },
): Promise<ReadonlySet<string> | undefined> {
  const user = await db
    .selectFrom('users')
    .select(['id', 'hub_role'])
    .where('email_key', '=', key)
    .where('status', '<>', 'deleted')
    .where(isVisible('users.centre_id', visible))
    .executeTakeFirst()
  if (user === undefined) return undefined
  if (what === 'roles') {
    const rows = await db.selectFrom('user_roles').select('role').where('user_id', '=', user.id).execute()
    return new Set([...rows.map(({ role }) => role), ...(user.hub_role === null ? [] : [user.hub_role])])
  }
  const rows = await (what === 'sites'
    ? db.selectFrom('user_sites').select('site').where('user_id', '=', user.id).execute()
    : db.selectFrom('learner_groups').select('site').distinct().where('owner_id', '=', user.id).execute())
  return new Set(rows.map(({ site }) => site))
}

/** Releases whose name or number has this prefix, and other numbered things by their number; newest first. */
export async function numberedWithPrefix(
  db: Kysely<Store>,
  { kind, prefix }: { kind: string; prefix: string },
): Promise<Completion[]> {
  if (kind === 'release') {
    const rows = await db
      .selectFrom('releases')
      .select(['id', 'name', 'state'])
      .orderBy('id', 'desc')
      .execute()
    const byName = rows.map(({ name, state }) => ({ value: name, description: state }))
    return withPrefix(/^\d/.test(prefix) ? byNumber(rows) : byName, prefix)
  }
  if (kind === 'resource' || kind === 'help-document') {
    const table = kind === 'resource' ? 'resources' : 'help_documents'
    const titles = db.selectFrom(table).select(['id', 'title as name']).orderBy('id', 'desc')
    return withPrefix(byNumber(await titles.execute()), prefix)
  }
  if (kind !== 'import') return []
  const files = db.selectFrom('imports').select(['id', 'file as name']).orderBy('id', 'desc')
  return withPrefix(byNumber(await files.execute()), prefix)
}

function byNumber(rows: readonly { id: number; name: string }[]): Completion[] {
  return rows.map(({ id, name }) => ({ value: String(id), description: name }))
}

function withPrefix(all: readonly Completion[], prefix: string): Completion[] {
  const key = prefix.toLowerCase()
  const fitting = all.filter(({ value }) => value.toLowerCase().startsWith(key))
  if (fitting.length <= maxCompletions) return fitting
  const sorted = fitting.map(({ value }) => value).sort()
  const ends = fitting.filter(({ value }) => value === sorted[0] || value === sorted.at(-1))
  return [...new Set([...ends, ...fitting])].slice(0, maxCompletions)
}
