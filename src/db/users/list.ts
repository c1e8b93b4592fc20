import { type Expression, expressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import type { HubRole, PinState, Store, UserStatus } from '../schema.ts'
import { contains, nullsFirst, withoutIndex } from '../portable.ts'
import { countOf, type Pages, pagesOf } from '../rows.ts'
import { type ListedUser, listedUsers, type UserPart } from './users.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'

export interface UserFilter {
  centreId?: number
  /** Without any, every status but deleted. */
  statuses?: readonly UserStatus[]
  hubRoles?: readonly HubRole[]
  /** Other than the hub's. */
  roles?: readonly string[]
  /** With access to each of them. */
  sites?: readonly string[]
  /** Folded words; each is a part of the name or the address. */
  words?: readonly string[]
  neverSignedIn?: boolean
  pin?: PinFilter
  /** Whom this import created. */
  importId?: number
  visible?: VisibleCentres
}

/** PINs in one of these states; those issued up to this time are expired. */
export interface PinFilter {
  states: readonly (PinState | 'expired')[]
  expiredSince: string
}

/** Not by last name: what is kept for searching begins with the first. */
export const userOrders = ['email', 'name', 'centre', 'status', 'created', 'last-signed-in'] as const

type UserOrder = (typeof userOrders)[number]

interface Listing {
  filter: UserFilter
  order: UserOrder
  reverse: boolean
  limit?: number
  /** What is asked of each; absent: everything. */
  parts?: ReadonlySet<UserPart>
}

/** The users that pass the filter, however many there are. */
export function streamUsers(
  db: Kysely<Store>,
  { filter, order, reverse, limit, parts }: Listing,
): Pages<ListedUser> {
  const direction = reverse ? 'desc' : 'asc'
  let query = listedUsers(db, parts).where(matchesFilter(filter))
  for (const column of columnsOf[order])
    query = query.orderBy(sql.ref(column), mayBeAbsent.has(column) ? nullsFirst(direction) : direction)
  query = query.orderBy('users.id', direction)
  return pagesOf(db, limit === undefined ? query : query.limit(limit))
}

export function countUsers(db: Kysely<Store>, filter: UserFilter): Promise<number> {
  return countOf(db.selectFrom('users').where(matchesFilter(filter)))
}

const columnsOf: Readonly<Record<UserOrder, readonly string[]>> = {
  email: ['users.email_key'],
  name: ['users.folded'],
  centre: ['centres.number', 'users.email_key'],
  status: ['users.status', 'users.email_key'],
  created: ['users.created_at'],
  'last-signed-in': ['users.last_signed_in_at'],
}

/** Said of any other column, a server would look for no index in its order, and sort all users for the first twenty. */
const mayBeAbsent: ReadonlySet<string> = new Set(['centres.number', 'users.last_signed_in_at'])

/** The one place that knows which users a list shows. */
function matchesFilter(filter: UserFilter): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'users'>()
  const { centreId, statuses = [], hubRoles = [], roles = [], sites = [] } = filter
  const { words = [], neverSignedIn, pin, importId, visible = 'all' } = filter
  // First what fits few: of a row that does not, nothing else is looked at.
  const conditions: Expression<SqlBool>[] = words.map((word) => contains(sql.ref('users.folded'), word))
  conditions.push(
    statuses.length > 0 ? eb('users.status', 'in', [...statuses]) : eb(statusOf(words), '<>', 'deleted'),
  )
  if (centreId !== undefined) conditions.push(eb('users.centre_id', '=', centreId))
  if (neverSignedIn) conditions.push(eb('users.last_signed_in_at', 'is', null))
  if (pin !== undefined && pin.states.length > 0) conditions.push(hasPin(pin))
  if (importId !== undefined) conditions.push(eb('users.created_by_import', '=', importId))
  for (const site of sites) conditions.push(hasSite(site))
  const anyRole = roles.map((role) => (role === 'global-listening' ? listensGlobally() : holds(role)))
  if (hubRoles.length > 0) anyRole.push(eb('users.hub_role', 'in', [...hubRoles]))
  if (anyRole.length > 0) conditions.push(eb.or(anyRole))
  if (visible !== 'all') conditions.push(sql<SqlBool>`${isVisible('users.centre_id', visible)}`)
  return eb.and(conditions)
}

/**
 * Where few can fit, all rows are read as they lie and those few sorted: in the order of the index of those who are not
 * deleted, each row is looked up by itself.
 */
function statusOf(words: readonly string[]) {
  return words.some(({ length }) => length > 2) ? withoutIndex<UserStatus>('users.status') : 'users.status'
}

function hasPin({ states, expiredSince }: PinFilter): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'users'>()
  const stored = states.filter((state) => state !== 'expired' && state !== 'issued')
  const issued = (operator: '<=' | '>') =>
    eb.and([eb('users.pin_state', '=', 'issued'), eb('users.pin_issued_at', operator, expiredSince)])
  return eb.or([
    ...(stored.length > 0 ? [eb('users.pin_state', 'in', stored)] : []),
    ...(states.includes('issued') ? [issued('>')] : []),
    ...(states.includes('expired') ? [issued('<=')] : []),
  ])
}

function hasSite(site: string): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'users'>()
  if (site === 'school-support-hub') return eb('users.hub_role', 'is not', null)
  return sql<SqlBool>`exists (select 1 from user_sites where user_id = users.id and site = ${site})`
}

function holds(role: string): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from user_roles where user_id = users.id and role = ${role})`
}

/** Derived, as an account's derived roles are: nobody is granted it. */
function listensGlobally(): Expression<SqlBool> {
  return sql<SqlBool>`(${holds('exams-officer')} and exists (select 1 from centres where id = users.centre_id
    and (kind = 'school' or (kind = 'associate-centre' and global_listening = 1))))`
}
