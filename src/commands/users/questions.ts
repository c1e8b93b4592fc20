import { person } from '../../render/users.ts'
import type { UncountedAccount } from '../../rules/users/account.ts'
import type { ChangedUser } from '../../rules/users/changed.ts'
import type { Transferred } from '../../rules/users/transfer.ts'

interface Wording {
  /** 'Suspend', before the name. */
  verb: string
  /** What will happen, in whole sentences. */
  effect: string
}

/** Names who it is about and says what will happen; nothing to do, nothing asked. */
export function questionAbout(
  changed: readonly ChangedUser[],
  { verb, effect }: Wording,
): string | undefined {
  const touched = changed.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = touched
  if (!first) return undefined
  if (touched.length === 1) return `${verb} ${person(first.account)}? ${effect}`
  const names = touched.slice(0, most).map(({ account }) => `  ${person(account)}`)
  const more = touched.length > most ? [`  … and ${touched.length - most} more`] : []
  return [`${verb} these ${touched.length} people? ${effect}`, ...names, ...more, ' '].join('\n')
}

const most = 20

/** What of an account is agreed to: whose it is, where, and what they are and hold. */
export function agreedOnAccount(account: UncountedAccount): unknown {
  const { id, email, firstName, lastName, centre, hubRole, roles, sites, status } = account
  return [id, email, firstName, lastName, centre?.id, hubRole, roles, sites, status]
}

export function agreedOnUser({ account, outcome, sentWayIn }: ChangedUser): unknown {
  return [agreedOnAccount(account), account.progressionTests, outcome, sentWayIn]
}

export function agreedOnUsers(changed: readonly ChangedUser[]): unknown {
  return changed.map(agreedOnUser)
}

export function agreedOnTransfer({ from, to, sites }: Transferred): unknown {
  return [agreedOnAccount(from), agreedOnAccount(to), sites]
}
