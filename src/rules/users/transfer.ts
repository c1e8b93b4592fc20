import { transferLearnerGroups, type Holding, holdingsOf } from '../../db/progression-tests/holdings.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { nameOf, type UncountedAccount } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { onUser } from './changed.ts'
import { findUserUncounted } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { restoring } from '../refusals.ts'

interface Transfer {
  from: string
  to: string
  /** Absent: every site on which the giver holds something. */
  sites?: readonly string[]
  ctx: RuleContext
}

export interface Transferred {
  from: UncountedAccount
  to: UncountedAccount
  /** What moved, site by site. */
  sites: Holding[]
}

/** Whoever holds nothing hands nothing over, and nobody is asked for. @throws `changed-meanwhile` where they hold something now */
export async function transferNothing(
  trx: Trx,
  { from, sites, ctx }: Omit<Transfer, 'to'>,
): Promise<Transferred> {
  const giver = await findUserUncounted(trx, { email: from, at: ctx.at, by: ctx.by })
  permit(ctx, 'users.transfer', onUser(giver))
  if ((await holdingsOf(trx, { ownerId: giver.id, sites })).length === 0)
    return { from: giver, to: giver, sites: [] }
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
  { from, to, sites, ctx }: Transfer,
): Promise<Transferred> {
  const { by, at } = ctx
  const giver = await findUserUncounted(trx, { email: from, at, by })
  const receiver = await findUserUncounted(trx, { email: to, at, by })
  permit(ctx, 'users.transfer', onUser(giver))
  permit(ctx, 'users.transfer', onUser(receiver))
  refuseReceiver(receiver, giver)
  const moving = await holdingsOf(trx, { ownerId: giver.id, sites })
  for (const { site } of moving) refuseWithoutAccess(receiver, site)
  if (moving.length === 0) return { from: giver, to: receiver, sites: [] }

  const moved = moving.map(({ site }) => site)
  const before = await holdingsOf(trx, { ownerId: receiver.id, sites: moved })
  await transferLearnerGroups(trx, { fromId: giver.id, toId: receiver.id, sites: moved })
  const after = await holdingsOf(trx, { ownerId: receiver.id, sites: moved })
  refuseIfAnythingWasLost({ moving, before, after })
  await appendAudit(trx, {
    by,
    at,
    action: 'users.transferred',
    subject: giver.email,
    userId: giver.id,
    facts: { sites: moving },
    people: { receiver },
  })
  return { from: giver, to: receiver, sites: moving }
}

function refuseReceiver(receiver: UncountedAccount, giver: UncountedAccount): void {
  if (receiver.id === giver.id) {
    throw new Refused('same-user', `${nameOf(giver)} cannot transfer to themselves.`, {
      hint: 'Name another teacher of the centre with --to.',
    })
  }
  if (receiver.centre === null || receiver.centre.id !== giver.centre?.id) {
    const place = receiver.centre ? `is at ${receiver.centre.number}` : 'belongs to no centre'
    throw new Refused(
      'other-centre',
      `${nameOf(receiver)} ${place}, ${nameOf(giver)} at ${giver.centre?.number ?? 'none'}: data stays at its centre.`,
      { hint: `ssh-admin users list --centre ${giver.centre?.number ?? 'CENTRE'}` },
    )
  }
  if (receiver.status === 'suspended') {
    throw new Refused('suspended', `${nameOf(receiver)} is suspended and cannot take over anything.`, {
      hint: restoring(receiver),
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
    const had = before.find(({ site }) => site === moved.site)
    const has = after.find(({ site }) => site === moved.site)
    for (const what of ['learnerGroups', 'tests', 'results'] as const) {
      if ((has?.[what] ?? 0) !== (had?.[what] ?? 0) + moved[what]) {
        throw new Error(`a transfer lost ${what} on ${moved.site}`)
      }
    }
  }
}
