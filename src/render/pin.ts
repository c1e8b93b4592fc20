import { printedPin } from '../rules/credentials/derive.ts'
import type { IssuedPin } from '../rules/users/pin.ts'
import type { View } from './table.ts'
import { tsvLine } from './clean-text.ts'
import { person } from './users.ts'
import { plainTime } from './text.ts'

/** The PIN in two groups, as it is printed on hand-out sheets; none in a rehearsal. */
export function renderPin(
  { account, pin, validUntil }: Omit<IssuedPin, 'pin'> & { pin: string | null },
  { isTerminal, chalk }: View,
): string {
  if (!isTerminal) return tsvLine([account.email, pin && printedPin(pin), validUntil])
  const until = plainTime(validUntil)
  if (pin === null) return `${person(account)} would have a PIN until ${until}.`
  return `The PIN of ${person(account)} is ${chalk.bold(printedPin(pin))}, until ${until}.`
}
