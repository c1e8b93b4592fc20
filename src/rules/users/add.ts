import { centreIds, type CentreWithPeople } from '../../db/centres/centres.ts'
import type { Kysely } from 'kysely'
import type { HubRole, Store } from '../../db/schema.ts'
import { awaitAll, type Trx } from '../../db/transact.ts'
import { insertRolesAndSites, insertNewUser, setCentreAndHubRole } from '../../db/users/changes.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { type Failure, Refused, Usage } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import { failureOf, refuseMistypedFirst } from '../batch.ts'
import { queueSetUpMessage } from '../mail/queue-message.ts'
import { forEachRow } from '../table-rows.ts'
import { centreNotFound, findCentre, readCentreNumber, parseCentreNumber } from '../centres/find.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import { readPersonName } from '../names.ts'
import { hasWaitingMessage } from '../mail/queue-message.ts'
import type { Actor, RuleContext } from '../permissions/actor.ts'
import { decide, maySeeCentre, centreTarget, permit } from '../permissions/decide.ts'
import {
  type ResolvedRoles,
  resolveRoles,
  resolveSites,
  refuseUngrantable,
  refuseUngrantableCell,
} from '../roles/resolve.ts'
import { type Account, accountOf, nameOf } from './account.ts'
import { accountById, type ChangedUser, unchanged } from './changed.ts'
import { type Address, readAddress, parseNewAddress } from './email.ts'
import { findUser } from './find.ts'
import { refuseLookAlikeDomain } from './look-alike.ts'
import { hubRoleFor, validNames, newUser, type Person } from './new-user.ts'

export interface Addition {
  person: Person
  /** The centre's number. */
  centre: string
  admin?: boolean
  roles?: readonly string[]
  sites?: readonly string[]
  /** An existing account with the same details is reported as unchanged instead of being refused. */
  ifMissing?: boolean
  ctx: RuleContext
}

interface Rights {
  centre: CentreWithPeople
  hubRole: HubRole | null
  /** Service roles only. */
  roles: readonly string[]
  /** Without `school-support-hub`, which comes with every hub role. */
  sites: readonly string[]
}

/**
 * A new user is a teacher, or has no hub role when only service roles are given, and is sent a set-up message or
 * an invitation. An account that was removed from its centre joins this one when Cambridge staff add it
 * [guide for school coordinators].
 */
export async function addUser(trx: Trx, addition: Addition): Promise<ChangedUser> {
  const { person, ctx } = addition
  const { at } = ctx
  const [centre, there] = await refuseMistypedFirst(
    awaitAll(findCentre(trx, addition.centre, ctx), findLiveUser(trx, person.address.key)),
    () => {
      resolveRoles(addition.roles ?? [])
      resolveSites(addition.sites ?? [])
    },
  )
  const chosen = resolveRoles(addition.roles ?? [])
  const rights = rightsFor(addition, { chosen, centre })
  const target = centreTarget(centre, person.address.email)
  permit(ctx, 'users.add', { ...target, newUser: { hubRole: rights.hubRole, roles: rights.roles } })
  if (rights.hubRole === 'admin') permit(ctx, 'users.add-admin', target)
  for (const role of rights.roles) permit(ctx, 'roles.grant', { ...target, role })
  refuseUngrantable(chosen, { ctx, right: 'roles.grant', target })
  refuseDeletedCentre(centre)
  if (!there) await refuseLookAlikeDomain(trx, { address: person.address, ctx })
  if (there) return addExisting(trx, { account: accountOf(there, at), rights, addition })

  const { hubRole, roles, sites } = rights
  const row = newUser({ ...person, centreId: centre.id, hubRole }, { at: at.toISOString() })
  await insertNewUser(trx, row, { roles, sites })
  const account = await findUser(trx, { email: person.address.email, at })
  await queueSetUpMessage(trx, { account, ctx })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.added',
    subject: account,
    facts: { centre: centre.number, hubRole, roles, sites },
  })
  return { account, outcome: 'created' }
}

function rightsFor(
  { admin, sites = [], ctx }: Addition,
  { chosen, centre }: { chosen: ResolvedRoles; centre: CentreWithPeople },
): Rights {
  const chosenSiteNames = resolveSites(sites)
  const hub = [
    ...(admin || chosen.admin ? ['admin'] : []),
    ...(chosen.teacher || chosenSiteNames.length > 0 ? ['teacher'] : []),
  ]
  const allRoles = [...hub, ...chosen.roles]
  return {
    centre,
    hubRole: allRoles.length === 0 ? defaultHubRole(ctx.actor, centre) : hubRoleFor(allRoles),
    roles: chosen.roles,
    sites: chosenSiteNames.filter((site) => site !== 'school-support-hub'),
  }
}

/** The hub role when none was asked for: teacher, or none if the actor (such as an exams officer) may not give it. */
function defaultHubRole(actor: Actor, centre: CentreWithPeople): HubRole | null {
  const teacher = { ...centreTarget(centre), newUser: { hubRole: 'teacher', roles: [] } as const }
  return decide(actor, 'users.add', teacher).allowed ? 'teacher' : null
}

/**
 * The address already has an account: an account without a centre joins this one when staff add it; any other is
 * unchanged (`ifMissing` and the same details) or refused. @throws `email-in-use`
 */
async function addExisting(
  trx: Trx,
  { account, rights, addition }: { account: Account; rights: Rights; addition: Addition },
): Promise<ChangedUser> {
  const { ctx, person, ifMissing } = addition
  if (account.centre === null && ctx.actor.kind === 'staff') return rejoin(trx, { account, rights, ctx })
  const differs = ifMissing ? differingFields(account, { person, rights }) : undefined
  if (differs?.length === 0) return unchanged(account)
  throw await emailInUse(trx, { account, ctx, differs, typed: person.address.email })
}

/** Checks an address before the person's other details are known. @throws `email-in-use` */
export async function refuseAddressInUse(
  db: Kysely<Store>,
  { address, ctx }: { address: Address; ctx: RuleContext },
): Promise<void> {
  const existing = await findLiveUser(db, address.key)
  if (!existing || (existing.centre_id === null && ctx.actor.kind === 'staff')) return
  throw await emailInUse(db, {
    account: accountOf(existing, ctx.at),
    ctx,
    differs: undefined,
    typed: address.email,
  })
}

async function rejoin(
  trx: Trx,
  { account, rights, ctx }: { account: Account; rights: Rights; ctx: RuleContext },
): Promise<ChangedUser> {
  const { at } = ctx
  const { centre, hubRole, roles, sites } = rights
  if (account.status === 'suspended') {
    throw new Refused(
      'suspended',
      `${nameOf(account)} has an account without a centre, and it is suspended.`,
      {
        hint: `ssh-admin users restore ${account.email}`,
      },
    )
  }
  await setCentreAndHubRole(trx, { id: account.id, centreId: centre.id, hubRole, at })
  await insertRolesAndSites(trx, account.id, { roles, sites })
  const rejoined = await accountById(trx, { id: account.id, at })
  if (rejoined.status === 'invited') await queueSetUpMessage(trx, { account: rejoined, ctx })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.rejoined',
    subject: account,
    facts: { centre: centre.number, hubRole, roles, sites },
  })
  return { account: rejoined, outcome: 'rejoined' }
}

/** The names of the requested details that the existing account does not have. */
function differingFields(account: Account, { person, rights }: { person: Person; rights: Rights }): string[] {
  const allRoles = [...(rights.hubRole ? [rights.hubRole] : []), ...rights.roles]
  const sites = [...(rights.hubRole ? ['school-support-hub'] : []), ...rights.sites]
  return [
    ...(account.centre?.id === rights.centre.id ? [] : ['centre']),
    ...(account.firstName === person.firstName ? [] : ['first name']),
    ...(account.lastName === person.lastName ? [] : ['last name']),
    ...(account.roles.join() === allRoles.join() ? [] : ['roles']),
    ...(account.sites.join() === sites.join() ? [] : ['sites']),
  ]
}

/** Only an actor who may see the account is told where it is; all others get the same message for every account. */
async function emailInUse(
  db: Kysely<Store>,
  {
    account,
    ctx,
    differs,
    typed,
  }: { account: Account; ctx: RuleContext; differs: string[] | undefined; typed: string },
): Promise<Refused> {
  if (!maySeeCentre(ctx.actor, account.centre?.id ?? null)) {
    return new Refused('email-in-use', `${typed} already has an account.`, {
      hint: 'Use another address: one address has one account.',
    })
  }
  const { email, centre, status } = account
  const sentence = `${email} already has an account at ${centre?.number} (${nameOf(account)}, ${status})`
  if (differs) {
    return new Refused('email-in-use', `${sentence}, and differs: ${differs.join(', ')}.`, {
      hint: `ssh-admin users show ${email}`,
      details: { differs },
    })
  }
  const hasWaiting = await hasWaitingMessage(db, { userId: account.id, ctx })
  return new Refused(
    'email-in-use',
    `${sentence}${hasWaiting ? '; a message to them waits to be sent' : ''}.`,
    {
      hint: hasWaiting ? 'ssh-admin mail send' : `ssh-admin users show ${email}`,
    },
  )
}

/** One row of a table of new users, with its cells as they are written. */
export interface UserRow {
  /** The cell of a field: `Users!D4`. */
  cellOf(field: UserField): string
  /** The first cell that could not be read, such as `#N/A`; the message follows the column's name in a sentence. */
  error?: { field: UserField; code: string; message: string; hint: string } | undefined
  centre: string
  firstName: string
  lastName: string
  email: string
  roles: readonly string[]
  sites: readonly string[]
}

export type UserField = 'centre' | 'firstName' | 'lastName' | 'email' | 'role' | 'site'

interface Table {
  rows: readonly UserRow[]
  admin: boolean
  ifMissing: boolean
  ctx: RuleContext
}

/** Bounds the cache of centre look-ups, for a list that names a different centre in every row. */
const maxCachedCentres = 1000

/** Adds the people of a table, all or none. @throws `bad-rows`, with every problem by its cell */
export async function addUsers(trx: Trx, { rows, admin, ifMissing, ctx }: Table): Promise<ChangedUser[]> {
  if (rows.length === 0) return []
  const earlier = earlierRows(rows)
  const numbers = new Set(rows.flatMap(({ centre }) => readCentreNumber(centre) ?? []))
  const inUse = await centreIds(trx, numbers)
  const findOrRefuse = async (centre: string) => {
    const number = parseCentreNumber(centre)
    if (inUse.has(number)) return findCentre(trx, number, ctx)
    throw await centreNotFound(trx, number, ctx)
  }
  // A list usually repeats a few centres in many rows: each centre is looked up once.
  const lookUpsByCentre = new Map<string, Promise<Failure | undefined>>()
  const centreFailure = (centre: string) => {
    const before = lookUpsByCentre.get(centre)
    if (before) return before
    const lookUp = failureOf(() => (centre === '' ? refuseNoNumber() : findOrRefuse(centre)))
    if (lookUpsByCentre.size < maxCachedCentres) lookUpsByCentre.set(centre, lookUp)
    return lookUp
  }
  return forEachRow(trx, rows, {
    check: async (row) => {
      const cellFailures = await failuresOfCells(row, { centreFailure })
      const same = cellFailures.length === 0 ? earlier.get(row) : undefined
      return same === undefined || (ifMissing && contentOf(row) === contentOf(same))
        ? cellFailures
        : [duplicateAddress(row, same)]
    },
    rule: (row) => {
      const { centre, roles, sites } = row
      const person = { address: parseNewAddress(row.email), ...namesOfRow(row) }
      return addUser(trx, { person, centre, roles, sites, admin, ifMissing, ctx })
    },
    cellOf: (row, { code, details }) =>
      row.cellOf(row.error?.field ?? nameField(details) ?? fieldOfCode[code] ?? 'email'),
  })
}

/** Maps each row whose address also stands in an earlier row to the first row with that address. */
function earlierRows(rows: readonly UserRow[]): Map<UserRow, UserRow> {
  const firsts = new Map<string, UserRow>()
  const earlier = new Map<UserRow, UserRow>()
  for (const row of rows) {
    const address = readAddress(row.email)
    if (!('key' in address)) continue
    const first = firsts.get(address.key)
    if (first) earlier.set(row, first)
    else firsts.set(address.key, row)
  }
  return earlier
}

function contentOf({ error, centre, firstName, lastName, email, roles, sites }: UserRow): string {
  return JSON.stringify([error, centre, firstName, lastName, email, roles, sites])
}

function duplicateAddress({ email }: UserRow, first: UserRow): Usage {
  return new Usage(`${email} stands at ${first.cellOf('email')} too.`, {
    code: 'named-twice',
    hint: 'Keep the right row.',
  })
}

/** Every cell is checked, even after another cell of the row has failed, so that one run reports all problems. */
async function failuresOfCells(
  row: UserRow,
  { centreFailure }: { centreFailure: (centre: string) => Promise<Failure | undefined> },
): Promise<Failure[]> {
  const { error, centre, email, roles, sites } = row
  if (error) return [new Usage(`The cell ${error.message}.`, { code: error.code, hint: error.hint })]
  const checks = [
    () => namesOfRow(row),
    () => parseNewAddress(email),
    () => refuseUngrantableCell(resolveRoles(roles)),
    () => resolveSites(sites),
  ]
  const unknown = await centreFailure(centre)
  const failures = unknown ? [unknown] : []
  for (const check of checks) {
    const failure = await failureOf(check)
    if (failure) failures.push(failure)
  }
  return failures
}

function refuseNoNumber(): never {
  throw new Usage('A centre number is missing.', { code: 'invalid-number' })
}

function namesOfRow({ firstName, lastName }: UserRow): { firstName: string; lastName: string } {
  if (firstName.trim() === '' && lastName.trim() === '')
    throw new Usage('A name is missing.', { code: 'name-missing' })
  return validNames(readPersonName({ firstName, lastName }))
}

/** Which of the two names the failure is about. */
function nameField({ field }: Record<string, unknown>): UserField | undefined {
  return field === 'firstName' || field === 'lastName' ? field : undefined
}

const fieldOfCode: Readonly<Record<string, UserField>> = {
  'centre-not-found': 'centre',
  'centre-deleted': 'centre',
  'invalid-number': 'centre',
  'name-missing': 'firstName',
  'unknown-role': 'role',
  'is-coordinator': 'role',
  'derived-role': 'role',
  'unknown-site': 'site',
}
