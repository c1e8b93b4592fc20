import { type Expression, expressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import type { HubRole, PinState, Store, UserStatus } from '../schema.ts'
import { contains, nullsFirst, withoutIndex } from '../portable.ts'
import { countOf, type Pages, pagesOf } from '../rows.ts'
import { type ListedUser, listedUsers, type UserPart } from './users.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'

export interface UserFilter {
  centreId?: number
  /** None means every status but deleted. */
  statuses?: readonly UserStatus[]
  hubRoles?: readonly HubRole[]
  /** Roles other than the hub roles. */
  roles?: readonly string[]
  /** Only users with access to all of these sites. */
  sites?: readonly string[]
  /** Folded words, each of which must be part of the name or the address. */
  words?: readonly string[]
  neverSignedIn?: boolean
  pin?: PinFilter
  /** Only users that this import created. */
  importId?: number
  visible?: VisibleCentres
}

/** PINs in one of these states; one issued up to `expiredSince` counts as expired. */
export interface PinFilter {
  states: readonly (PinState | 'expired')[]
  expiredSince: string
}

/** There is no order by last name, as the folded text begins with the first name. */
export const userOrders = ['email', 'name', 'centre', 'status', 'created', 'last-signed-in'] as const

type UserOrder = (typeof userOrders)[number]

interface Listing {
  filter: UserFilter
  order: UserOrder
  reverse: boolean
  limit?: number
  /** The parts to read of each user; absent: all. */
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
    query = query.orderBy(sql.ref(column), nullableColumns.has(column) ? nullsFirst(direction) : direction)
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

/** Only these get `nulls first`: with it a server uses no index for the order, and sorts all users for the first 20. */
const nullableColumns: ReadonlySet<string> = new Set(['centres.number', 'users.last_signed_in_at'])

/** The one place that decides which users a list shows. */
function matchesFilter(filter: UserFilter): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'users'>()
  const { centreId, statuses = [], hubRoles = [], roles = [], sites = [] } = filter
  const { words = [], neverSignedIn, pin, importId, visible = 'all' } = filter
  // The most selective condition comes first: for a row that fails it, the others are not evaluated.
  const conditions: Expression<SqlBool>[] = words.map((word) => contains(sql.ref('users.folded'), word))
  conditions.push(
    statuses.length > 0 ? eb('users.status', 'in', [...statuses]) : eb(statusOf(words), '<>', 'deleted'),
  )
  if (centreId !== undefined) conditions.push(eb('users.centre_id', '=', centreId))
  if (neverSignedIn) conditions.push(eb('users.last_signed_in_at', 'is', null))
  if (pin !== undefined && pin.states.length > 0) conditions.push(hasPin(pin))
  if (importId !== undefined) conditions.push(eb('users.created_by_import', '=', importId))
  for (const site of sites) conditions.push(hasSite(site))
  const anyRole = roles.map((role) =>
    role === 'global-listening' ? derivesGlobalListening() : hasRole(role),
  )
  if (hubRoles.length > 0) anyRole.push(eb('users.hub_role', 'in', [...hubRoles]))
  if (anyRole.length > 0) conditions.push(eb.or(anyRole))
  if (visible !== 'all') conditions.push(sql<SqlBool>`${isVisible('users.centre_id', visible)}`)
  return eb.and(conditions)
}

/**
 * Where few can match, all rows are read by a table scan and the few hits sorted: by the index of live users each row
 * would be looked up by itself.
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

function hasRole(role: string): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from user_roles where user_id = users.id and role = ${role})`
}

/** Whether a user has Global Listening, which is never granted but derived from role and centre, as for an account. */
function derivesGlobalListening(): Expression<SqlBool> {
  return sql<SqlBool>`(${hasRole('exams-officer')} and exists (select 1 from centres where id = users.centre_id
    and (kind = 'school' or (kind = 'associate-centre' and global_listening = 1))))`
}
