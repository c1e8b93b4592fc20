import { activateCentre, type CentreWithPeople } from '../../db/centres/centres.ts'
import type { Trx } from '../../db/transact.ts'
import { insertUser } from '../../db/users/changes.ts'
import { lettersWaitingFor } from '../../db/outbox.ts'
import { together } from '../../db/together.ts'
import { findLiveUser, type UserWithCentre } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import { type Coordination, coordinationOf } from './coordination.ts'
import { typedAddress } from '../users/email.ts'
import { findCentre } from '../centres/find.ts'
import { newUser, type Person } from '../users/new-user.ts'
import { mayLearnOf, onCentre, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseLookAlikeDomain } from '../users/look-alike.ts'
import { queueMessage } from '../mail/queue-message.ts'

interface Addition {
  /** The centre's number. */
  centre: string
  person: Person
  /** The same coordinator there already is no error. */
  ifMissing?: boolean
  ctx: RuleContext
}

/** For a centre with no coordinator: a new user, who gets a set-up message [guide for Associate coordinators]. */
export async function addCoordinator(
  trx: Trx,
  { centre: number, person, ifMissing, ctx }: Addition,
): Promise<Coordination> {
  const [centre, holder] = await together(findCentre(trx, number, ctx), findLiveUser(trx, person.address.key))
  permit(ctx, 'coordinator.add', onCentre(centre))
  refuseDeletedCentre(centre)
  if (ifMissing && isAlready(person, centre)) {
    return coordinationOf(trx, { number: centre.number, at: ctx.at, changed: false })
  }
  if (centre.coordinator_email !== null) {
    throw new Refused('has-coordinator', `${centre.number} has a coordinator: ${centre.coordinator_email}.`, {
      hint: `ssh-admin coordinator change ${centre.number}`,
    })
  }
  await refuseAddressInUse(trx, { holder, centre, person, ctx })

  const coordinator = await createCoordinator(trx, { centre, person, ctx })
  const [added] = await together(
    coordinationOf(trx, { number: centre.number, at: ctx.at, changed: true }),
    oweSetUp(trx, { coordinator, ctx }),
  )
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.added',
    subject: centre.number,
    facts: centre.status === 'approved' ? { status: { before: 'approved', after: 'active' } } : {},
    people: { coordinator },
  })
  return added
}

function isAlready({ address, firstName, lastName }: Person, centre: CentreWithPeople): boolean {
  return (
    centre.coordinator_email !== null &&
    typedAddress(centre.coordinator_email).key === address.key &&
    centre.coordinator_first_name === firstName &&
    centre.coordinator_last_name === lastName
  )
}

/** A coordinator is a person of their own: an address in use belongs to an account that can be chosen instead. */
export async function refuseAddressInUse(
  trx: Trx,
  {
    holder,
    centre,
    person,
    ctx,
  }: { holder: UserWithCentre | undefined; centre: CentreWithPeople; person: Person; ctx: RuleContext },
): Promise<void> {
  const { email } = person.address
  if (!holder) return
  const isHere = holder.centre_id === centre.id
  const known = isHere || mayLearnOf(ctx.by, holder.centre_id)
  const waits = known && (await lettersWaitingFor(trx, holder.id)).length > 0
  const place = known ? ` at ${holder.centre_number ?? 'no centre'}` : ''
  const message = waits ? '; a message to them waits to be sent (ssh-admin mail send)' : ''
  throw new Refused('email-in-use', `${email} already has an account${place}${message}.`, {
    hint: isHere
      ? `ssh-admin coordinator change ${centre.number} --to ${holder.email}`
      : 'Use another address: one address has one account.',
  })
}

export type NewCoordinator = Parameters<typeof queueMessage>[2]['to']

/** Owes it the set-up message, whose link lives 48 hours. */
export function oweSetUp(
  trx: Trx,
  { coordinator, ctx }: { coordinator: NewCoordinator; ctx: RuleContext },
): Promise<void> {
  return queueMessage(trx, ctx, { letter: 'coordinator-set-up', to: coordinator, credential: 'set-up' })
}

/** Makes the account; the set-up message is owed apart. */
export async function createCoordinator(
  trx: Trx,
  { centre, person, ctx }: { centre: CentreWithPeople; person: Person; ctx: RuleContext },
): Promise<NewCoordinator> {
  await refuseLookAlikeDomain(trx, { address: person.address, ctx })
  const account = { ...person, centreId: centre.id, hubRole: 'coordinator' as const }
  const id = await insertUser(trx, newUser(account, { at: ctx.at.toISOString() }))
  await activateCentre(trx, centre.id)
  const { firstName, lastName, address } = person
  return { id, email: address.email, firstName, lastName, centre }
}
