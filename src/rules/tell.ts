import type { CredentialPurpose } from '../db/schema.ts'
import type { Trx } from '../db/transact.ts'
import type { Given } from './actor.ts'

export type LetterName =
  | 'account-set-up'
  | 'coordinator-set-up'
  | 'coordinator-appointed'
  | 'password-reset'
  | 'invitation'
  | 'verification-code'
  | 'account-activation'
  | 'address-changed'

interface Letter {
  letter: LetterName
  to: { id: number; email: string; firstName: string; lastName: string }
  /** What the letter lets its reader do: issued new, older unused ones of this purpose void. */
  credential?: CredentialPurpose
  /** What else the letter says; never a secret. */
  fields?: Readonly<Record<string, string>>
  importId?: number
}

/** Owes somebody a letter: an outbox row in the transaction of the change. */
export async function tell(_trx: Trx, _given: Given, _letter: Letter): Promise<void> {
  throw new Error('being written')
}
