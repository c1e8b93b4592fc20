import { assignCentre, assignedCentres, unassignCentre } from '../../db/centres/assignments.ts'
import { activateCentre, type CentreWithPeople } from '../../db/centres/centres.ts'
import { voidOpenCredentials } from '../../db/credentials.ts'
import { together } from '../../db/together.ts'
import type { Trx } from '../../db/transact.ts'
import { markSuspended, placeAt } from '../../db/users/changes.ts'
import { findLiveUser, type UserWithCentre } from '../../db/users/users.ts'
import { Refused, Usage } from '../../errors.ts'
import { type Account, nameOf } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { closedForPeople, findReleased } from '../releases/what-closes.ts'
import { createCoordinator, oweSetUp, refuseAddressInUse } from './add.ts'
import { refuseOverLimit } from '../associates/assign.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import { type Coordination, coordinationOf } from './coordination.ts'
import { typedAddress } from '../users/email.ts'
import { foundUser } from '../users/find.ts'
import { onCentre, permit } from '../permissions/decide.ts'
import type { Person } from '../users/new-user.ts'
import { appendAudit } from '../audit/append.ts'
import { queueMessage } from '../mail/queue-message.ts'

/** An address of the centre's administrators, or a new person. */
export type Successor = { to: string } | { person: Person }

interface Change {
  /** The centre's number. */
  centre: string
  /** Absent: nobody was chosen, because the actor may not choose. */
  successor: Successor | undefined
  suspendFormer?: boolean
  ctx: RuleContext
}

/**
 * Hands the coordinator's place to an administrator of the centre, or to a new person, in one
 * transaction: never two coordinators, and never a moment without one [guide for Associate coordinators].
 */
export async function changeCoordinator(
  trx: Trx,
  { centre: number, successor, suspendFormer, ctx }: Change,
): Promise<Coordination> {
  const { at } = ctx
  const [present, there] = await together(
    coordinationOf(trx, { number, at, changed: false, ctx }),
    whoIsThere(trx, successor),
  )
  const { centre, coordinator: former } = present
  permit(ctx, 'coordinator.change', onCentre(centre))
  refuseDeletedCentre(centre)
  if (!successor) throw new Usage('Who takes the place?', { hint: '--to EMAIL' })
  let owing: () => Promise<void>
  if ('to' in successor) {
    const chosen = await foundUser(trx, { row: there, email: successor.to, ...ctx })
    if (chosen.id === former?.id) return present
    refuseUnfit(chosen, centre)
    if (former) await stepDown(trx, { former, suspendFormer, at })
    await placeAt(trx, { id: chosen.id, centreId: centre.id, hubRole: 'coordinator', at })
    await activateCentre(trx, centre.id)
    // They are told; an invited one keeps the set-up message they have.
    owing = () => queueMessage(trx, ctx, { letter: 'coordinator-appointed', to: chosen })
  } else {
    const { person } = successor
    await refuseAddressInUse(trx, { holder: there, centre, person, ctx })
    if (former) await stepDown(trx, { former, suspendFormer, at })
    const coordinator = await createCoordinator(trx, { centre, person, ctx })
    owing = () => oweSetUp(trx, { coordinator, ctx })
  }
  const [changed, releases] = await together(
    coordinationOf(trx, { number, at, changed: true, formerId: former?.id }),
    former ? findReleased(trx) : Promise.resolve([]),
    owing(),
  )
  if (former) await handOnAssignments(trx, { from: former, to: changed.coordinator })
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.changed',
    subject: centre.number,
    facts: { formerStatus: changed.former?.status ?? null },
    people: { coordinator: changed.coordinator, former },
  })
  if (!former || !changed.former) return changed
  const closed = await closedForPeople(trx, {
    people: [{ before: former, after: changed.former }],
    releases,
    at,
  })
  return { ...changed, closes: closed.get(former.id) ?? [] }
}

function refuseUnfit(chosen: Account, { id, number }: CentreWithPeople): void {
  const name = nameOf(chosen)
  if (chosen.centre?.id !== id) {
    throw new Refused('not-an-admin', `${name} has no administrator account at ${number}.`, {
      hint: `Choose one of its admins: ssh-admin users list --centre ${number} --role admin`,
    })
  }
  if (chosen.hubRole !== 'admin') {
    throw new Refused('not-an-admin', `${name} is not an administrator of ${number}.`, {
      hint: `ssh-admin users edit ${chosen.email} --admin`,
    })
  }
  if (chosen.status === 'suspended') {
    throw new Refused('suspended', `${name} is suspended.`, {
      hint: `ssh-admin users restore ${chosen.email}`,
    })
  }
}

/** The account stays, as a teacher's: the guide says only 'remove', and keeping it keeps their data. */
async function stepDown(
  trx: Trx,
  { former, suspendFormer, at }: { former: Account; suspendFormer: boolean | undefined; at: Date },
): Promise<void> {
  const { id, status, centre } = former
  await placeAt(trx, { id, centreId: centre?.id ?? null, hubRole: 'teacher', at })
  if (!suspendFormer || (status !== 'invited' && status !== 'active')) return
  await markSuspended(trx, { id, before: status, at })
  await voidOpenCredentials(trx, id)
}

/** Whose address it is that was chosen, or typed for somebody new. */
async function whoIsThere(trx: Trx, successor: Successor | undefined): Promise<UserWithCentre | undefined> {
  if (!successor) return undefined
  const { key } = 'to' in successor ? typedAddress(successor.to) : successor.person.address
  return findLiveUser(trx, key)
}

/** At an Associate, what the former coordinator acted for goes with the place. */
async function handOnAssignments(
  trx: Trx,
  { from, to }: { from: Account; to: Account | null },
): Promise<void> {
  if (!to || from.assigned.length === 0) return
  const leaving = await assignedCentres(trx, from.id)
  const own = await assignedCentres(trx, to.id)
  const held = new Set(own.map(({ id }) => id))
  const gained = leaving.filter(({ id }) => !held.has(id))
  refuseOverLimit({ email: to.email, now: own.length, wanted: own.length + gained.length })
  for (const { id } of leaving) await unassignCentre(trx, { userId: from.id, centreId: id })
  for (const { id } of gained) await assignCentre(trx, { userId: to.id, centreId: id })
}
