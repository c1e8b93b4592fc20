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

/** The words of a letter; staff can change each part. */
export interface LetterWords {
  subject: string
  text: string
  html: string
}

/** The words without the subject, which is the same for every recipient. */
export type LetterParts = Omit<LetterWords, 'subject'>

interface LetterKind {
  does: string
  /** The same for everyone: no name or number can end up in a header. */
  subject: string
  /** The purpose of the credential in the letter, which is derived when the letter is sent. */
  credential?: CredentialPurpose
  /** The variable that its text and its HTML must show. */
  carries?: 'link' | 'temporaryPassword' | 'code'
  /** The letter's variables besides those that every letter has. */
  fields?: readonly string[]
}

/** Every letter that is sent, and what it is for. */
export const letters: Readonly<Record<LetterName, LetterKind>> = {
  'account-set-up': {
    does: 'asks a new user to set up a password',
    subject: 'Set up your School Support Hub account',
    credential: 'set-up',
    carries: 'link',
  },
  'coordinator-set-up': {
    does: 'asks a new coordinator to set up a password',
    subject: 'You are the coordinator for your school: set up your account',
    credential: 'set-up',
    carries: 'link',
  },
  'coordinator-appointed': {
    does: 'tells somebody that they are coordinator now',
    subject: 'You are now the School Support Hub coordinator for your school',
  },
  'password-reset': {
    does: 'lets a user choose a new password',
    subject: 'Choose a new password for the School Support Hub',
    credential: 'reset',
    carries: 'link',
  },
  invitation: {
    does: 'invites a user who is not at the hub',
    subject: 'You are invited to My Cambridge',
    credential: 'temporary-password',
    carries: 'temporaryPassword',
  },
  'address-changed': {
    does: 'tells both addresses that they were changed',
    subject: 'The e-mail address of your account was changed',
    fields: ['oldEmail', 'newEmail'],
  },
  'verification-code': {
    does: 'has the code that shows whose an address is',
    subject: 'Your verification code',
    credential: 'code',
    carries: 'code',
  },
  'account-activation': {
    does: 'says how to use a PIN, which is not in it',
    subject: 'Activate your School Support Hub account with your PIN',
  },
  'password-changed': {
    does: 'tells a user that their password was changed',
    subject: 'The password of your account was changed',
  },
  'sign-in-slowed': {
    does: 'tells a user that wrong passwords were typed',
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

/** The names of the letters, each with its purpose. */
export function letterChoices(): (readonly [string, string])[] {
  return Object.entries(letters).map(([name, { does }]) => [name, does] as const)
}
