import type { HubRole, NewUserRow } from '../../db/schema.ts'
import type { Address } from './email.ts'
import { fold } from '../search-key.ts'

export interface NewUser {
  address: Address
  firstName: string
  lastName: string
  centreId: number
  hubRole: HubRole | null
}

interface Issuing {
  at: string
  /** The nonce of the PIN they are given; absent when a message lets them in. */
  pinNonce?: Buffer
  importId?: number
}

/** What a new user is, however many are made at once. */
export function newUser(person: NewUser, { at, pinNonce, importId }: Issuing): NewUserRow {
  const { address, firstName, lastName, centreId, hubRole } = person
  return {
    email: address.email,
    email_key: address.key,
    first_name: firstName,
    last_name: lastName,
    folded: foldedUser({ email: address.email, firstName, lastName }),
    centre_id: centreId,
    hub_role: hubRole,
    status: 'invited',
    status_before_suspension: null,
    status_before_deletion: null,
    password_hash: null,
    pin_nonce: pinNonce ?? null,
    pin_state: pinNonce ? 'issued' : 'none',
    pin_issued_at: pinNonce ? at : null,
    pin_wrong_tries: 0,
    created_at: at,
    edited_at: null,
    suspended_at: null,
    deleted_at: null,
    last_signed_in_at: null,
    created_by_import: importId ?? null,
  }
}

/** What searching for a user looks through. */
export function foldedUser({
  email,
  firstName,
  lastName,
}: {
  email: string
  firstName: string
  lastName: string
}): string {
  return fold(`${firstName} ${lastName} ${email}`).trim()
}

/** A new user is a teacher, or has no hub role when only service roles are given. */
export function hubRoleFor(roles: readonly string[]): HubRole | null {
  if (roles.includes('coordinator')) return 'coordinator'
  if (roles.includes('admin')) return 'admin'
  if (roles.includes('teacher') || roles.length === 0) return 'teacher'
  return null
}
