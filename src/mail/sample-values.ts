import { type LetterName, letters } from '../rules/mail/letters.ts'
import type { Values } from './fill-in.ts'
import { lifetimeOf, variablesFor } from './values.ts'

const person: Values = {
  name: 'Amira Haddad',
  firstName: 'Amira',
  lastName: 'Haddad',
  email: 'amira@school.example',
  sender: 'Cambridge International',
  hub: 'https://hub.example',
  until: 'Wednesday 4 March 2026 at 09:00 UTC',
  oldEmail: 'old@school.example',
  newEmail: 'amira@school.example',
  link: 'https://hub.example/this-is-a-sample',
  code: '000000',
  temporaryPassword: 'SMPL-SMPL-SMPL-SMPL',
}

/** What a letter says to an invented person; nothing in it opens anything. */
export function sampleOf(letter: LetterName, centre: 'with' | 'without'): Values {
  const place =
    centre === 'with'
      ? { centreName: 'Nile Valley School', centreNumber: 'EG001' }
      : { centreName: '', centreNumber: '' }
  const all: Values = { ...person, ...place, lifetime: lifetimeOf(letters[letter].credential) }
  return Object.fromEntries(variablesFor(letter).map((name) => [name, all[name] ?? '']))
}
