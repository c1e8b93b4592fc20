import { printedPin } from '../rules/credentials.ts'
import type { IssuedPin } from '../rules/issue-pin.ts'
import type { View } from '../terminal.ts'
import { record } from './one-line.ts'
import { person } from './users.ts'
import { plainTime } from './when.ts'

/** The PIN in two groups, as it is printed on hand-out sheets. */
export function renderPin({ account, pin, validUntil }: IssuedPin, { isTerminal, chalk }: View): string {
  if (!isTerminal) return record([account.email, printedPin(pin), validUntil])
  return `The PIN of ${person(account)} is ${chalk.bold(printedPin(pin))}, until ${plainTime(validUntil)}.`
}
