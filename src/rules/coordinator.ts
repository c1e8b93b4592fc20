import { assignCentre, assignedCentres, unassignCentre } from '../db/centres/assignments.ts'
import { activateCentre, type CentreWithPeople, countAffected } from '../db/centres/centres.ts'
import { voidOpenCredentials } from '../db/credentials.ts'
import { isSetUpMessageCancelled } from '../db/messages.ts'
import { cancelOutdated } from '../db/outbox.ts'
import { awaitAll, type Trx } from '../db/transact.ts'
import { markSuspended, setCentreAndHubRole, insertUser, markRestored } from '../db/users/changes.ts'
import { findLiveUser, type UserWithCentre, findCoordinatorOf, findUserById } from '../db/users/users.ts'
import { shellWord } from '../shell-word.ts'
import { Refused, Usage } from '../errors.ts'
import { type Account, nameOf, accountOf } from './users/account.ts'
import type { RuleContext } from './permissions/actor.ts'
import { closedForPeople, findReleased, type Closing } from './releases/what-closes.ts'
import { refuseOverLimit } from './associates.ts'
import { refuseDeletedCentre, refuseErased, refuseSuspended } from './refusals.ts'
import { parseAddress } from './users/email.ts'
import { foundUser } from './users/find.ts'
import { centreTarget, permit, maySeeCentre } from './permissions/decide.ts'
import { type Person, newUser } from './users/new-user.ts'
import { appendAudit } from './audit/append.ts'
import { refuseMistypedFirst } from './batch.ts'
import { hasWaitingMessage, queueMessage } from './mail/queue-message.ts'
import { findCentre, parseCentreNumber } from './centres/find.ts'
import { refuseLookAlikeDomain } from './users/look-alike.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'

interface Addition {
  /** The centre's number. */
  centre: string
  person: Person
  /** If the same person coordinates the centre already, the answer is unchanged instead of a refusal. */
  ifMissing?: boolean
  ctx: RuleContext
}

/** Gives a centre without a coordinator a new user, who gets a set-up message [guide for Associate coordinators]. */
export async function addCoordinator(
  trx: Trx,
  { centre: number, person, ifMissing, ctx }: Addition,
): Promise<Coordination> {
  const [centre, holder] = await awaitAll(findCentre(trx, number, ctx), findLiveUser(trx, person.address.key))
  permit(ctx, 'coordinator.add', centreTarget(centre))
  refuseDeletedCentre(centre)
  if (ifMissing && coordinatesAlready(person, centre)) {
    const differs = differingNames(person, centre)
    if (differs.length === 0)
      return coordinationOf(trx, { number: centre.number, at: ctx.at, changed: false })
    const there = `${centre.coordinator_email} coordinates ${centre.number} already, and differs: ${differs.join(', ')}.`
    throw new Refused('has-coordinator', there, {
      hint: `ssh-admin users show ${centre.coordinator_email}`,
      details: { differs },
    })
  }
  if (coordinatesAlready(person, centre)) {
    const hasWaiting = holder !== undefined && (await hasWaitingMessage(trx, { userId: holder.id, ctx }))
    const suffix = hasWaiting ? '; a message to them waits to be sent' : ''
    throw new Refused(
      'has-coordinator',
      `${centre.coordinator_email} coordinates ${centre.number} already${suffix}.`,
      { hint: hasWaiting ? 'ssh-admin mail send' : `ssh-admin coordinator show ${centre.number}` },
    )
  }
  if (centre.coordinator_email !== null) {
    const { firstName, lastName, address } = person
    const isAtCentre = holder?.centre_id === centre.id
    const nameAndAddress = `${`${firstName} ${lastName}`.trim()} <${address.email}>`
    const change = `ssh-admin coordinator change ${centre.number}`
    throw new Refused('has-coordinator', `${centre.number} has a coordinator: ${centre.coordinator_email}.`, {
      hint: isAtCentre ? `${change} --to ${address.email}` : `${change} --new ${shellWord(nameAndAddress)}`,
    })
  }
  await refuseAddressInUse(trx, { holder, centre, person, ctx })

  const coordinator = await createCoordinator(trx, { centre, person, ctx })
  const [added] = await awaitAll(
    coordinationOf(trx, { number: centre.number, at: ctx.at, changed: true }),
    queueSetUpMessage(trx, { coordinator, ctx }),
  )
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.added',
    subject: centre.number,
    facts: activationOf(centre),
    people: { coordinator },
  })
  return added
}

/** An approved centre is active once it has a coordinator. */
function activationOf({ status }: CentreWithPeople): Record<string, unknown> {
  return status === 'approved' ? { status: { before: 'approved', after: 'active' } } : {}
}

function coordinatesAlready({ address }: Person, { coordinator_email: email }: CentreWithPeople): boolean {
  return email !== null && parseAddress(email).key === address.key
}

/** The names of the requested details that the present coordinator does not have. */
function differingNames({ firstName, lastName }: Person, centre: CentreWithPeople): string[] {
  return [
    ...(centre.coordinator_first_name === firstName ? [] : ['first name']),
    ...(centre.coordinator_last_name === lastName ? [] : ['last name']),
  ]
}

/** A new coordinator needs an unused address; an account of the centre can be chosen instead. @throws `email-in-use` */
async function refuseAddressInUse(
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
  const isAtCentre = holder.centre_id === centre.id
  const isVisible = isAtCentre || maySeeCentre(ctx.actor, holder.centre_id)
  const hasWaiting = isVisible && (await hasWaitingMessage(trx, { userId: holder.id, ctx }))
  const atCentre = isVisible ? ` at ${holder.centre_number ?? 'no centre'}` : ''
  const message = hasWaiting ? '; a message to them waits to be sent (ssh-admin mail send)' : ''
  throw new Refused('email-in-use', `${email} already has an account${atCentre}${message}.`, {
    hint: isAtCentre
      ? `ssh-admin coordinator change ${centre.number} --to ${holder.email}`
      : 'Use another address: one address has one account.',
  })
}

type NewCoordinator = Parameters<typeof queueMessage>[2]['to']

/** Queues the set-up message, whose link is valid for 48 hours. */
function queueSetUpMessage(
  trx: Trx,
  { coordinator, ctx }: { coordinator: NewCoordinator; ctx: RuleContext },
): Promise<void> {
  return queueMessage(trx, ctx, { letter: 'coordinator-set-up', to: coordinator })
}

/** Creates the account without queueing the set-up message. */
async function createCoordinator(
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

/** The address of an administrator of the centre, or a new person. */
export type Successor = { to: string } | { person: Person }

interface Change {
  /** The centre's number. */
  centre: string
  /** Absent: nobody was asked for, because the actor may not change the coordinator. */
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
  const [present, there] = await refuseMistypedFirst(
    awaitAll(coordinationOf(trx, { number, at, changed: false, ctx }), findSuccessor(trx, successor)),
    () => successor && 'to' in successor && parseAddress(successor.to),
  )
  const { centre, coordinator: former } = present
  permit(ctx, 'coordinator.change', centreTarget(centre))
  if (!successor) throw new Usage('Who takes the place?', { optionToAdd: ['--to', 'EMAIL'] })
  let queueLetter: () => Promise<void>
  if ('to' in successor) {
    const chosen = await foundUser(trx, { row: there, email: successor.to, ...ctx })
    refuseDeletedCentre(centre)
    if (chosen.id === former?.id) return present
    refuseIneligible(chosen, centre)
    if (former) await stepDown(trx, { former, suspendFormer, at })
    await setCentreAndHubRole(trx, { id: chosen.id, centreId: centre.id, hubRole: 'coordinator', at })
    await activateCentre(trx, centre.id)
    // An invited user keeps their set-up message, unless it was cancelled when they were once replaced as coordinator.
    const lacksSetUp = chosen.status === 'invited' && (await isSetUpMessageCancelled(trx, chosen.id))
    const letter = lacksSetUp ? 'coordinator-set-up' : 'coordinator-appointed'
    queueLetter = () => queueMessage(trx, ctx, { letter, to: chosen })
  } else {
    const { person } = successor
    refuseDeletedCentre(centre)
    await refuseAddressInUse(trx, { holder: there, centre, person, ctx })
    if (former) await stepDown(trx, { former, suspendFormer, at })
    const coordinator = await createCoordinator(trx, { centre, person, ctx })
    queueLetter = () => queueSetUpMessage(trx, { coordinator, ctx })
  }
  const [changed, releases] = await awaitAll(
    coordinationOf(trx, { number, at, changed: true, formerId: former?.id }),
    former ? findReleased(trx) : Promise.resolve([]),
    queueLetter(),
  )
  if (former) await transferAssignments(trx, { from: former, to: changed.coordinator })
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.changed',
    subject: centre.number,
    facts: { formerStatus: changed.former?.status ?? null, ...activationOf(centre) },
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

function refuseIneligible(chosen: Account, { id, number }: CentreWithPeople): void {
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
  refuseSuspended(chosen)
}

/**
 * The former coordinator becomes a teacher: the guide says only 'remove', and keeping the account keeps its data.
 * Letters that would tell them that they are the coordinator are cancelled if they have not gone out.
 */
async function stepDown(
  trx: Trx,
  { former, suspendFormer, at }: { former: Account; suspendFormer: boolean | undefined; at: Date },
): Promise<void> {
  const { id, status, centre } = former
  await setCentreAndHubRole(trx, { id, centreId: centre?.id ?? null, hubRole: 'teacher', at })
  await cancelOutdated(trx, { userId: id, letters: ['coordinator-set-up', 'coordinator-appointed'] })
  if (!suspendFormer || (status !== 'invited' && status !== 'active')) return
  await markSuspended(trx, { id, before: status, at })
  await voidOpenCredentials(trx, [id])
}

/** The live account with the address that was chosen, or that was typed for a new person. */
async function findSuccessor(
  trx: Trx,
  successor: Successor | undefined,
): Promise<UserWithCentre | undefined> {
  if (!successor) return undefined
  const { key } = 'to' in successor ? parseAddress(successor.to) : successor.person.address
  return findLiveUser(trx, key)
}

/** At an Associate, the new coordinator takes over the former one's assigned centres. @throws `associate-limit` */
async function transferAssignments(
  trx: Trx,
  { from, to }: { from: Account; to: Account | null },
): Promise<void> {
  if (!to || from.assigned.length === 0) return
  const formerCentres = await assignedCentres(trx, from.id)
  const ownCentres = await assignedCentres(trx, to.id)
  const assignedBefore = new Set(ownCentres.map(({ id }) => id))
  const newlyAssigned = formerCentres.filter(({ id }) => !assignedBefore.has(id))
  refuseOverLimit({ email: to.email, now: ownCentres.length, gained: newlyAssigned, from: from.email })
  for (const { id } of formerCentres) await unassignCentre(trx, { userId: from.id, centreId: id })
  for (const { id } of newlyAssigned) await assignCentre(trx, { userId: to.id, centreId: id })
}

/**
 * While a centre's coordinator is suspended, none of its other users has access [guide for Associate coordinators].
 * This is derived whenever access is checked; their accounts are not changed.
 */
export async function suspendCoordinator(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<Coordination> {
  const present = await coordinationOf(trx, { number, at: ctx.at, changed: false, ctx })
  const { centre, coordinator, affected } = present
  permit(ctx, 'coordinator.suspend', centreTarget(centre))
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'invited' && coordinator.status !== 'active') return present

  await markSuspended(trx, { id: coordinator.id, before: coordinator.status, at: ctx.at })
  await voidOpenCredentials(trx, [coordinator.id])
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.suspended',
    subject: centre.number,
    facts: { affected, status: { before: coordinator.status, after: 'suspended' } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: ctx.at, changed: true })
}

/** Restoring the coordinator gives everyone at the centre back exactly what they had. */
export async function restoreCoordinator(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<Coordination> {
  const present = await coordinationOf(trx, { number, at: ctx.at, changed: false, ctx })
  const { centre, coordinator, affected } = present
  permit(ctx, 'coordinator.restore', centreTarget(centre))
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'suspended') return present

  refuseErased(coordinator)
  const after = coordinator.statusBeforeSuspension ?? 'active'
  await markRestored(trx, { id: coordinator.id, status: after })
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.restored',
    subject: centre.number,
    facts: { affected, status: { before: 'suspended', after } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: ctx.at, changed: true })
}

/** The result of a coordinator command. */
export interface Coordination {
  centre: CentreWithPeople
  coordinator: Account | null
  /** Who coordinated the centre before. */
  former: Account | null
  /** The centre's other users that are neither suspended nor deleted. */
  affected: number
  changed: boolean
  /** Releases that were open to the former coordinator and are not any more. */
  closes?: readonly Closing[]
}

interface CoordinationRequest {
  number: string
  at: Date
  changed: boolean
  formerId?: number | undefined
  /** Absent where it is known already that the actor may see the centre. */
  ctx?: RuleContext
}

/** The centre as it is now, with the people a coordinator command is about. */
export async function coordinationOf(
  db: Kysely<Store>,
  { number, at, changed, formerId, ctx }: CoordinationRequest,
): Promise<Coordination> {
  const typed = parseCentreNumber(number)
  const [centre, coordinator, former, affected] = await awaitAll(
    findCentre(db, typed, ctx),
    findCoordinatorOf(db, typed),
    formerId === undefined ? Promise.resolve(undefined) : findUserById(db, formerId),
    countAffected(db, typed),
  )
  return {
    centre,
    coordinator: coordinator ? accountOf(coordinator, at) : null,
    former: former ? accountOf(former, at) : null,
    affected,
    changed,
  }
}

function noCoordinator({ number }: CentreWithPeople): Refused {
  return new Refused('no-coordinator', `${number} has no coordinator.`, {
    hint: `ssh-admin coordinator add ${number} 'Name <email>'`,
  })
}
