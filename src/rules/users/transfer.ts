import { transferLearnerGroups, type Holding, holdingsOf } from '../../db/progression-tests/holdings.ts'
import type { Trx } from '../../db/transact.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { Refused } from '../../errors.ts'
import { nameOf, type UncountedAccount } from './account.ts'
import type { Actor, RuleContext } from '../permissions/actor.ts'
import { editUser } from './edit.ts'
import { userTarget } from './changed.ts'
import { findUserUncounted } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseMistypedFirst } from '../batch.ts'
import { parseAddress } from './email.ts'
import { restoreCommand } from '../refusals.ts'

interface Transfer {
  from: string
  to: string
  /** Absent: every site on which the giver holds something. */
  sites?: readonly string[]
  /** Sites to which the receiver gets access first; absent: none. */
  give?: readonly string[]
  ctx: RuleContext
}

export interface Transferred {
  from: UncountedAccount
  to: UncountedAccount
  /** The counts that moved, one entry for each site. */
  sites: Holding[]
  /** Sites to which the receiver got access first. */
  given: readonly string[]
}

/**
 * The transfer for a giver who held nothing when looked at, so that no receiver was asked for.
 * @throws `changed-meanwhile` where the giver holds something now
 */
export async function transferNothing(
  trx: Trx,
  { from, sites, ctx }: Omit<Transfer, 'to'>,
): Promise<Transferred> {
  const giver = await findUserUncounted(trx, { email: from, at: ctx.at, actor: ctx.actor })
  permit(ctx, 'users.transfer', userTarget(giver))
  if ((await holdingsOf(trx, { ownerId: giver.id, sites })).length === 0)
    return { from: giver, to: giver, sites: [], given: [] }
  throw new Refused('changed-meanwhile', `${nameOf(giver)} holds Progression Test data now.`, {
    hint: 'Look again, and run the command once more.',
  })
}

/**
 * Moves all learner groups, tests and associated data from one teacher to another at the same
 * centre; groups of equal names are both kept [guide for school coordinators].
 */
export async function transferProgressionTests(
  trx: Trx,
  { from, to, sites, give = [], ctx }: Transfer,
): Promise<Transferred> {
  const finding = findUserUncounted(trx, { email: from, ...ctx })
  const giver = await refuseMistypedFirst(finding, () => parseAddress(to))
  const found = await findUserUncounted(trx, { email: to, ...ctx })
  permit(ctx, 'users.transfer', userTarget(giver))
  permit(ctx, 'users.transfer', userTarget(found))
  refuseReceiver(found, giver)
  const moving = await holdingsOf(trx, { ownerId: giver.id, sites })
  if (moving.length === 0) return { from: giver, to: found, sites: [], given: [] }
  const receiver =
    give.length > 0 ? (await editUser(trx, { email: to, changes: { addSites: give }, ctx })).account : found
  for (const { site } of moving) refuseWithoutAccess(receiver, site)

  const moved = moving.map(({ site }) => site)
  const before = await holdingsOf(trx, { ownerId: receiver.id, sites: moved })
  await transferLearnerGroups(trx, { fromId: giver.id, toId: receiver.id, sites: moved })
  const after = await holdingsOf(trx, { ownerId: receiver.id, sites: moved })
  refuseIfAnythingWasLost({ moving, before, after })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.transferred',
    subject: giver,
    facts: { sites: moving },
    people: { receiver },
  })
  return { from: giver, to: receiver, sites: moving, given: give }
}

/** The sites of the data that the receiver has no access to; none where the receiver can take over nothing at all. */
export async function sitesToGive(
  db: Kysely<Store>,
  {
    from,
    to,
    sites,
    at,
    actor,
  }: { from: string; to: string; sites?: readonly string[]; at: Date; actor: Actor },
): Promise<string[]> {
  const giver = await findUserUncounted(db, { email: from, at, actor })
  const receiver = await findUserUncounted(db, { email: to, at, actor })
  const areColleagues = receiver.id !== giver.id && receiver.centre?.id === giver.centre?.id
  if (!areColleagues || receiver.status === 'suspended') return []
  const moving = await holdingsOf(db, { ownerId: giver.id, sites })
  return moving.map(({ site }) => site).filter((site) => !receiver.sites.includes(site))
}

function refuseReceiver(receiver: UncountedAccount, giver: UncountedAccount): void {
  if (receiver.id === giver.id) {
    throw new Refused('same-user', `${nameOf(giver)} cannot transfer to themselves.`, {
      hint: 'Name another teacher of the centre with --to.',
      optionToAdd: ['--to', 'EMAIL'],
    })
  }
  if (receiver.centre === null || receiver.centre.id !== giver.centre?.id) {
    const membership = receiver.centre ? `is at ${receiver.centre.number}` : 'belongs to no centre'
    throw new Refused(
      'other-centre',
      `${nameOf(receiver)} ${membership}, ${nameOf(giver)} at ${giver.centre?.number ?? 'none'}: data stays at its centre.`,
      { hint: `ssh-admin users list --centre ${giver.centre?.number ?? 'CENTRE'}` },
    )
  }
  if (receiver.status === 'suspended') {
    throw new Refused('suspended', `${nameOf(receiver)} is suspended and cannot take over anything.`, {
      hint: restoreCommand(receiver),
    })
  }
}

function refuseWithoutAccess(receiver: UncountedAccount, site: string): void {
  if (receiver.sites.includes(site)) return
  throw new Refused('no-site-access', `${nameOf(receiver)} has no access to ${site}.`, {
    hint: `ssh-admin users edit ${receiver.email} --add-site ${site}`,
  })
}

/** The counts before and after agree, or nothing moved. */
function refuseIfAnythingWasLost({
  moving,
  before,
  after,
}: {
  moving: readonly Holding[]
  before: readonly Holding[]
  after: readonly Holding[]
}): void {
  for (const moved of moving) {
    const countsBefore = before.find(({ site }) => site === moved.site)
    const countsAfter = after.find(({ site }) => site === moved.site)
    for (const what of ['learnerGroups', 'tests', 'results'] as const) {
      if ((countsAfter?.[what] ?? 0) !== (countsBefore?.[what] ?? 0) + moved[what]) {
        throw new Error(`a transfer lost ${what} on ${moved.site}`)
      }
    }
  }
}
