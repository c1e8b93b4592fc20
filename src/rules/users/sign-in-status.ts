import type { PinState, UserStatus } from '../../db/schema.ts'
import { lifetimes } from '../credentials/derive.ts'

export type SignInBlocker =
  | 'deleted'
  | 'suspended'
  | 'no-centre'
  | 'centre-deleted'
  | 'coordinator-suspended'
  | 'invited'

interface SignInFacts {
  status: UserStatus
  hasCentre: boolean
  centreDeleted: boolean
  isCoordinator: boolean
  coordinatorSuspended: boolean
}

/** The first rule that keeps a user from signing in; derived when asked, never stored. */
export function signInBlocker(account: SignInFacts): SignInBlocker | null {
  if (account.status === 'deleted' || account.status === 'suspended') return account.status
  if (!account.hasCentre) return 'no-centre'
  if (account.centreDeleted) return 'centre-deleted'
  if (account.coordinatorSuspended && !account.isCoordinator) return 'coordinator-suspended'
  return account.status === 'invited' ? 'invited' : null
}

/** @param issuedAt ISO time, null for a PIN that was never issued */
export function pinStatus({
  state,
  issuedAt,
  at,
}: {
  state: PinState
  issuedAt: string | null
  at: Date
}): PinState | 'expired' {
  if (state !== 'issued' || issuedAt === null) return state
  return at.getTime() >= Date.parse(issuedAt) + lifetimes.pin ? 'expired' : 'issued'
}
