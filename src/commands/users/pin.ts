import { personAndCentre, userJson } from '../../render/users.ts'
import { printedPin } from '../../rules/credentials/derive.ts'
import { issuePin, showPin, type IssuedPin } from '../../rules/users/pin.ts'
import { mutation } from '../../cli/define.ts'
import { flag, userArgument } from '../../cli/parameters.ts'
import { comparableAccount } from './questions.ts'
import type { View } from '../../render/table.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { plainTime } from '../../plain-time.ts'

export const pin = () =>
  mutation({
    name: 'pin',
    summary: 'issue a new PIN, or show the present one',
    description:
      'Issue a new PIN to a user who has not set up a password; the one before is void, and you are asked first when it is still open. The audit log keeps who issued or looked, never the PIN. A rehearsal shows no PIN.',
    args: { email: userArgument() },
    options: {
      show: flag('show the PIN that is open now, and issue none'),
    },
    examples: [
      'ssh-admin users pin amira@school.example --yes',
      'ssh-admin users pin amira@school.example --show',
    ],
    act: async (trx, ctx, { email, show }, store) => {
      const done = await (show ? showPin : issuePin)(trx, { email, key: store.keys().pin, ctx })
      return ctx.actor.dryRun ? { ...done, pin: null } : done
    },
    confirm: {
      mayAsk: ({ show }) => !show,
      question: ({ account, voids }) =>
        voids
          ? `${personAndCentre(account)} has a PIN that is still open (users pin ${account.email} --show). Void it, and issue a new one?`
          : undefined,
      comparable: ({ account, voids }) => [comparableAccount(account), voids],
    },
    render: renderPin,
    json: ({ account, pin: digits, validUntil, changed }) => ({
      user: userJson(account),
      pin: digits && printedPin(digits),
      validUntil,
      changed,
    }),
  })

/** The PIN in two groups, as on hand-out sheets; a rehearsal has none. */
function renderPin(
  { account, pin, validUntil }: Omit<IssuedPin, 'pin'> & { pin: string | null },
  { isTerminal, chalk }: View,
): string {
  if (!isTerminal) return tsvLine([account.email, pin && printedPin(pin), validUntil])
  const until = plainTime(validUntil)
  if (pin === null) return `${personAndCentre(account)} would have a PIN until ${until}.`
  return `The PIN of ${personAndCentre(account)} is ${chalk.bold(printedPin(pin))}, until ${until}.`
}
