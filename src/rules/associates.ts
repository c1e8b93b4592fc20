import {
  assignCentre,
  unassignCentre,
  assignedAccounts,
  associateCentres,
  actingAccounts,
} from '../db/centres/assignments.ts'
import type { CentreWithPeople } from '../db/centres/centres.ts'
import { awaitAll, type Trx } from '../db/transact.ts'
import { NotFound, Refused } from '../errors.ts'
import { appendAudit } from './audit/append.ts'
import { forEachTarget } from './batch.ts'
import { centresNumbered, findCentreAmong, lookUpCentres, findCentre } from './centres/find.ts'
import { refuseDeletedCentre } from './refusals.ts'
import type { RuleContext } from './permissions/actor.ts'
import { permit, visibleCentres } from './permissions/decide.ts'
import { type Account, nameOf } from './users/account.ts'
import { accountById, userTarget } from './users/changed.ts'
import { findUser } from './users/find.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import { searchKey } from '../search-key.ts'

interface Assignment {
  email: string
  /** Numbers of associate centres. */
  centres: readonly string[]
  ctx: RuleContext
}

/** The result of an assignment: the account, the centres named, and how many centres it acts for now. */
export interface Assigned {
  account: Account
  centres: { centre: CentreWithPeople; changed: boolean }[]
  assigned: number
  changed: boolean
}

/**
 * Assigns associate centres to an account at their Associate, which can act for at most 50
 * [factsheet on managing users in My Cambridge].
 */
export async function assignCentres(
  trx: Trx,
  { email, centres: numbers, ctx }: Assignment,
): Promise<Assigned> {
  const [account, found] = await awaitAll(findUser(trx, { email, ...ctx }), centresNumbered(trx, numbers))
  permit(ctx, 'associates.assign', userTarget(account))
  refuseIneligibleAccount(account)
  const assignedBefore = account.assigned
  const centres = await eachCentre(trx, { numbers, ctx, found }, (centre) => {
    const changed = !assignedBefore.includes(centre.id)
    if (changed) refuseOtherAssociate(centre, account)
    return changed
  })
  const added = centres.filter(({ changed }) => changed).map(({ centre }) => centre)
  refuseOverLimit({ email: account.email, now: assignedBefore.length, gained: added })

  for (const { id } of added) await assignCentre(trx, { userId: account.id, centreId: id })
  await recordAssignment(trx, { account, action: 'associates.assigned', centres: added, ctx })
  return assignmentResult(trx, { account, centres, ctx })
}

/** The account stops acting for these centres; the centres stay with their Associate. */
export async function unassignCentres(
  trx: Trx,
  { email, centres: numbers, ctx }: Assignment,
): Promise<Assigned> {
  const [account, found] = await awaitAll(findUser(trx, { email, ...ctx }), centresNumbered(trx, numbers))
  permit(ctx, 'associates.unassign', userTarget(account))
  const centres = await eachCentre(trx, { numbers, ctx, found }, ({ id }) => account.assigned.includes(id))
  const removed = centres.filter(({ changed }) => changed).map(({ centre }) => centre)

  for (const { id } of removed) await unassignCentre(trx, { userId: account.id, centreId: id })
  await recordAssignment(trx, { account, action: 'associates.unassigned', centres: removed, ctx })
  return assignmentResult(trx, { account, centres, ctx })
}

function refuseIneligibleAccount(account: Account): void {
  const { centre, hubRole, email } = account
  if (centre?.kind !== 'associate') {
    throw new Refused(
      'not-at-an-associate',
      `${nameOf(account)} has no account at an Associate, but at ${centre?.number ?? 'no centre'}.`,
      { hint: 'ssh-admin associates list names the Associates.' },
    )
  }
  if (hubRole === 'coordinator' || hubRole === 'admin') return
  throw new Refused(
    'not-an-admin',
    `${nameOf(account)} is neither coordinator nor admin of ${centre.number}.`,
    {
      hint: `ssh-admin users edit ${email} --admin`,
    },
  )
}

function refuseOtherAssociate(centre: CentreWithPeople, { centre: associate }: Account): void {
  refuseDeletedCentre(centre)
  if (centre.associate_id === associate?.id) return
  const belonging = centre.associate_number
    ? `belongs to ${centre.associate_number}`
    : 'belongs to no Associate'
  throw new Refused('other-associate', `${centre.number} ${belonging}, not to ${associate?.number}.`, {
    hint: `ssh-admin associates show ${associate?.number} lists its centres.`,
  })
}

/** Each centre that was named, and whether it changes; `ca101` and `CA101` are one centre. */
async function eachCentre(
  trx: Trx,
  {
    numbers,
    found,
    ctx,
  }: { numbers: readonly string[]; found: Awaited<ReturnType<typeof centresNumbered>>; ctx: RuleContext },
  changes: (centre: CentreWithPeople) => boolean,
): Promise<Assigned['centres']> {
  const named = await forEachTarget(
    trx,
    numbers,
    async (number) => {
      const centre = await findCentreAmong(trx, { number, found, ctx })
      return { centre, changed: changes(centre) }
    },
    lookUpCentres(trx, ctx),
  )
  return [...new Map(named.map((one) => [one.centre.id, one])).values()]
}

async function recordAssignment(
  trx: Trx,
  {
    account,
    action,
    centres,
    ctx,
  }: { account: Account; action: string; centres: readonly CentreWithPeople[]; ctx: RuleContext },
): Promise<void> {
  if (centres.length === 0) return
  await appendAudit(trx, {
    ...ctx,
    action,
    subject: account,
    facts: { centres: centres.map(({ number }) => number) },
  })
}

async function assignmentResult(
  trx: Trx,
  { account, centres, ctx }: { account: Account; centres: Assigned['centres']; ctx: RuleContext },
): Promise<Assigned> {
  const after = await accountById(trx, { id: account.id, at: ctx.at })
  return {
    account: after,
    centres,
    assigned: after.assigned.length,
    changed: centres.some(({ changed }) => changed),
  }
}

/** How many associate centres one address can act for, deleted ones counted [factsheet on My Cambridge]. */
const maxAssociateCentres = 50

interface Limited {
  email: string
  /** How many associate centres the account acts for. */
  now: number
  gained: readonly { number: string }[]
  /** The former coordinator, whose centres these are. */
  from?: string
}

/** Up to this many centres, the suggested lines name them. */
const maxCentresNamed = 100

/** @throws `associate-limit`, with the centres that do not fit */
export function refuseOverLimit({ email, now, gained, from }: Limited): void {
  const total = now + gained.length
  if (total <= maxAssociateCentres) return
  const rest = gained.slice(maxAssociateCentres - total).map(({ number }) => number)
  const centres = rest.length > maxCentresNamed ? 'CENTRE…' : rest.join(' ')
  const toAnother = `Assign the rest to another address at the Associate: ssh-admin associates assign EMAIL ${centres}`
  throw new Refused(
    'associate-limit',
    `One address acts for at most ${maxAssociateCentres} associate centres; ${email} acts for ${now}, and this would make ${total}.`,
    {
      hint:
        from === undefined
          ? toAnother
          : `${toAnother}\n  Then take it from the present coordinator: ssh-admin associates unassign ${from} ${centres}`,
      details: { limit: maxAssociateCentres, count: now, wanted: total },
    },
  )
}

export interface AssociateView {
  associate: CentreWithPeople
  /** The accounts of the Associate that act for some centre, and for how many. */
  accounts: { email: string; assigned: number }[]
  centres: { centre: CentreWithPeople; assignedTo: string[] }[]
}

/** Like `findCentre`; where no centre has a similar number, the hint is the list of Associates. */
async function findAssociate(db: Kysely<Store>, number: string, ctx: RuleContext): Promise<CentreWithPeople> {
  try {
    return await findCentre(db, number, ctx)
  } catch (error) {
    if (!(error instanceof NotFound) || error.hint !== undefined) throw error
    throw new NotFound(error.code, error.message, {
      hint: 'ssh-admin associates list',
      details: error.details,
      cause: error,
    })
  }
}

/** An Associate, and those of its centres that the actor may see. @throws `not-an-associate` */
export async function associateDetails(
  db: Kysely<Store>,
  { associate: number, search, ctx }: { associate: string; search?: string; ctx: RuleContext },
): Promise<AssociateView> {
  const associate = await findAssociate(db, number, ctx)
  if (associate.kind !== 'associate') {
    throw new Refused('not-an-associate', `${associate.number} (${associate.name}) is not an Associate.`, {
      hint: `ssh-admin associates list names them; ssh-admin centres show ${associate.number} shows this centre.`,
    })
  }
  const visible = visibleCentres(ctx.actor)
  const centres = await associateCentres(db, {
    associateId: associate.id,
    search: searchKey(search ?? ''),
    visible,
  })
  const assigned = await assignedAccounts(db, associate.id)
  return {
    associate,
    accounts: await actingAccounts(db, associate.id),
    centres: centres.map((centre) => ({
      centre,
      assignedTo: (assigned.get(centre.id) ?? []).map(({ email }) => email),
    })),
  }
}
