import type { KeyObject } from 'node:crypto'
import { voidPin } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { setPin } from '../../db/users/changes.ts'
import { openPinOf } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import { type Account, nameOf } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById, userTarget } from './changed.ts'
import { pinOf } from '../credentials/derive.ts'
import { endOfPin } from '../credentials/lifetimes.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseSuspended, refuseWithoutCentre } from '../refusals.ts'

interface PinRequest {
  email: string
  /** The key from which PINs are derived. */
  key: KeyObject
  ctx: RuleContext
}

export interface IssuedPin {
  account: Account
  pin: string
  validUntil: string
  /** Whether the new PIN voids one that was open until now. */
  voids: boolean
  changed: boolean
}

/** Issues a new PIN to a user who has not set up a password, and voids the one before. */
export async function issuePin(trx: Trx, { email, key, ctx }: PinRequest): Promise<IssuedPin> {
  const { at, random } = ctx
  const account = await findUser(trx, { email, ...ctx })
  permit(ctx, 'users.pin', userTarget(account))
  refuseSuspended(account)
  refuseActive(account)
  refuseWithoutCentre(account)

  const nonce = random(16)
  await voidPin(trx, account.id)
  await setPin(trx, { id: account.id, nonce, at })
  await appendAudit(trx, { ...ctx, action: 'users.pin-issued', subject: account })
  return {
    account: await accountById(trx, { id: account.id, at }),
    pin: pinOf(key, nonce),
    validUntil: endOfPin(at),
    voids: account.pin === 'issued',
    changed: true,
  }
}

/** Shows the PIN that is open now, and records who looked. @throws `no-open-pin` */
export async function showPin(trx: Trx, { email, key, ctx }: PinRequest): Promise<IssuedPin> {
  const account = await findUser(trx, { email, ...ctx })
  permit(ctx, 'users.pin', userTarget(account))
  const open = account.pin === 'issued' ? await openPinOf(trx, account.id) : undefined
  if (!open) {
    throw new Refused('no-open-pin', `${nameOf(account)} has no open PIN (${account.pin}).`, {
      hint: `ssh-admin users pin ${account.email}`,
    })
  }

  await appendAudit(trx, {
    ...ctx,
    action: 'users.pin-shown',
    subject: account,
    kind: 'event',
  })
  return {
    account,
    pin: pinOf(key, open.nonce),
    validUntil: endOfPin(open.issuedAt),
    voids: false,
    changed: false,
  }
}

function refuseActive(account: Account): void {
  if (account.status !== 'active') return
  const message = `${nameOf(account)} has set up a password already: no PIN is needed.`
  throw new Refused('already-active', message, { hint: `ssh-admin users reset-password ${account.email}` })
}
