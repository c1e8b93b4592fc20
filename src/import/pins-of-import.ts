import { usersOfImport, type ImportedUser } from '../db/imports/imports.ts'
import { renewPins } from '../db/credentials.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { pinOf, printedPin } from '../rules/credentials/derive.ts'
import { endOfPin } from '../rules/credentials/lifetimes.ts'
import { permit } from '../rules/permissions/decide.ts'
import { appendAudit } from '../rules/audit/append.ts'
import { pinStatus } from '../rules/users/account.ts'
import type { PinRow } from './pin-sheet.ts'

export interface PinsOfImport {
  rows: PinRow[]
  count: number
  withoutPin: { email: string; reason: string }[]
  renewed: number
}

interface PinsOfImportRequest {
  importId: number
  pinKey: Buffer
  /** Issues new ones to those not yet active. */
  renew: boolean
  ctx: RuleContext
}

/** The PINs of an import once more: every user of it, with a PIN only where it is still open. */
export async function pinsOfImport(
  trx: Trx,
  { importId, pinKey, renew, ctx }: PinsOfImportRequest,
): Promise<PinsOfImport> {
  permit(ctx, 'centres.import', { name: String(importId) })
  const at = ctx.at.toISOString()
  const before = await usersOfImport(trx, importId)
  const renewable = renew ? before.filter(mayHaveNewPin) : []
  if (renewable.length > 0) {
    const pool = ctx.random(16 * renewable.length)
    const nonces = renewable.map(({ id }, position) => ({
      id,
      nonce: pool.subarray(position * 16, position * 16 + 16),
    }))
    await renewPins(trx, { nonces, at })
  }
  const users = renewable.length > 0 ? await usersOfImport(trx, importId) : before
  await appendAudit(trx, {
    by: ctx.by,
    at: ctx.at,
    action: renew ? 'pins.renewed' : 'pins.made-again',
    subject: String(importId),
    facts: { import: importId, users: users.length, renewed: renewable.length },
  })
  const rows = users.map((user) => pinRow(user, { pinKey, at: ctx.at }))
  const withoutPin = rows.flatMap(({ email, pin, validUntil }) =>
    validUntil === '' ? [{ email, reason: pin }] : [],
  )
  return { rows, count: rows.length - withoutPin.length, withoutPin, renewed: renewable.length }
}

function mayHaveNewPin({ status, centre_deleted_at, centre_number }: ImportedUser): boolean {
  return status === 'invited' && centre_number !== null && centre_deleted_at === null
}

function pinRow(user: ImportedUser, { pinKey, at }: { pinKey: Buffer; at: Date }): PinRow {
  const reason = reasonForNoPin(user, at)
  const open = reason === undefined && user.pin_nonce !== null && user.pin_issued_at !== null
  return {
    centre: user.centre_number ?? '',
    centreName: user.centre_name ?? '',
    firstName: user.first_name,
    lastName: user.last_name,
    email: user.email,
    pin: open && user.pin_nonce ? printedPin(pinOf(pinKey, user.pin_nonce)) : (reason ?? 'none'),
    validUntil: open && user.pin_issued_at ? endOfPin(user.pin_issued_at) : '',
  }
}

/** What the sheet says in place of a PIN; undefined where it is open. */
function reasonForNoPin(user: ImportedUser, at: Date): string | undefined {
  if (user.status === 'deleted' || user.status === 'suspended') return user.status
  if (user.centre_deleted_at !== null) return 'centre-deleted'
  const facts = pinStatus({ state: user.pin_state, issuedAt: user.pin_issued_at, at })
  return facts === 'issued' ? undefined : facts
}
