import type { CredentialPurpose } from '../../db/schema.ts'
import { findTemplate } from '../../db/templates.ts'
import type { Trx } from '../../db/transact.ts'

export type LetterName =
  | 'account-set-up'
  | 'coordinator-set-up'
  | 'coordinator-appointed'
  | 'password-reset'
  | 'invitation'
  | 'address-changed'
  | 'verification-code'
  | 'account-activation'
  | 'password-changed'
  | 'sign-in-slowed'

export interface LetterKind {
  does: string
  /** The same for everyone: no name or number can end up in a header. */
  subject: string
  /** What it carries, derived when it is sent. */
  credential?: CredentialPurpose
  /** The variable that its text and its HTML must show. */
  carries?: 'link' | 'temporaryPassword' | 'code'
  /** What it knows besides what every letter knows. */
  fields?: readonly string[]
}

/** Every letter that is sent, and what it is for. */
export const letters: Readonly<Record<LetterName, LetterKind>> = {
  'account-set-up': {
    does: 'asks a new user to set up their password',
    subject: 'Set up your School Support Hub account',
    credential: 'set-up',
    carries: 'link',
  },
  'coordinator-set-up': {
    does: 'asks a new coordinator to set up their password',
    subject: 'You are the coordinator for your school: set up your account',
    credential: 'set-up',
    carries: 'link',
  },
  'coordinator-appointed': {
    does: 'tells a user that they are now the coordinator',
    subject: 'You are now the School Support Hub coordinator for your school',
  },
  'password-reset': {
    does: 'lets a user choose a new password',
    subject: 'Choose a new password for the School Support Hub',
    credential: 'reset',
    carries: 'link',
  },
  invitation: {
    does: 'invites a user of the services outside the hub, with a temporary password',
    subject: 'You are invited to My Cambridge',
    credential: 'temporary-password',
    carries: 'temporaryPassword',
  },
  'address-changed': {
    does: 'tells the old and the new address that the address was changed',
    subject: 'The e-mail address of your account was changed',
    fields: ['oldEmail', 'newEmail'],
  },
  'verification-code': {
    does: 'carries the code that shows the address is theirs',
    subject: 'Your verification code',
    credential: 'code',
    carries: 'code',
  },
  'account-activation': {
    does: 'says how to activate an account with the PIN; holds no PIN',
    subject: 'Activate your School Support Hub account with your PIN',
  },
  'password-changed': {
    does: 'tells a user that their password was changed',
    subject: 'The password of your account was changed',
  },
  'sign-in-slowed': {
    does: 'tells a user that wrong passwords were typed for their address',
    subject: 'Many wrong passwords were typed for your account',
  },
}

export function isLetterName(name: string): name is LetterName {
  return Object.hasOwn(letters, name)
}

/** A letter's subject as staff last wrote it. */
export async function subjectOf(trx: Trx, letter: LetterName): Promise<string> {
  const changed = await findTemplate(trx, letter)
  return changed?.subject ?? letters[letter].subject
}

/** Their names, each with what it is for. */
export function offeredLetters(): (readonly [string, string])[] {
  return Object.entries(letters).map(([name, { does }]) => [name, does] as const)
}
