import type { Notice } from '../../render/json.ts'
import { oneLine } from '../../render/clean-text.ts'
import { questionAboutMany } from '../../render/text.ts'
import { comparableClosing, withClosing } from '../../render/closing.ts'
import { closingsOf, personAndCentre } from '../../render/users.ts'
import { nameOf, type UncountedAccount } from '../../rules/users/account.ts'
import type { ChangedUser } from '../../rules/users/changed.ts'
import type { Transferred } from '../../rules/users/transfer.ts'

interface Wording {
  /** 'Suspend', before the name. */
  verb: string
  /** ' to EG002', behind the name. */
  where?: string
  /** The consequences, in whole sentences. */
  effect: string
}

/** The question, naming the users and the consequences; undefined if nothing would change. */
export function questionAbout(
  changed: readonly ChangedUser[],
  { verb, where = '', effect }: Wording,
): string | undefined {
  const touched = changed.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = touched
  if (!first) return undefined
  const closes = closingsOf(touched)
  if (touched.length === 1)
    return withClosing(`${verb} ${personBefore(first)}${where}? ${effect}`, { closes })
  const question = `${verb} these ${touched.length} people${where}? ${effect}`
  return withClosing(questionAboutMany(question, touched.map(personBefore)), { closes })
}

/** The user with the centre that they would leave. */
function personBefore({ account, left }: ChangedUser): string {
  return left === undefined ? personAndCentre(account) : oneLine(`${nameOf(account)} (${left})`)
}

/** What a confirmation covers: the account's owner, centre, state and holdings. */
export function comparableAccount(account: UncountedAccount): unknown {
  const { id, email, firstName, lastName, centre, hubRole, roles, sites, status } = account
  return [id, email, firstName, lastName, centre?.id, hubRole, roles, sites, status]
}

export function comparableUser({ account, outcome, sentSetUpMessage, closes = [] }: ChangedUser): unknown {
  const closing = comparableClosing({ closes })
  return [comparableAccount(account), account.progressionTests, outcome, sentSetUpMessage, closing]
}

export function comparableUsers(changed: readonly ChangedUser[]): unknown {
  return changed.map(comparableUser)
}

export function comparableTransfer({ from, to, sites }: Transferred): unknown {
  return [comparableAccount(from), comparableAccount(to), sites]
}

/** For a question: the access that the receiver is given first. */
export function accessFirst({ to, given }: Transferred): string {
  return given.length > 0 ? `${personAndCentre(to)} gets access to ${given.join(' and ')} first. ` : ''
}

/** Notices of the access that the receiver was given. */
export function siteNotices({ to, given }: Transferred): Notice[] {
  return given.map((site) => ({
    code: 'site-given',
    message: `${personAndCentre(to)} has access to ${site} now.`,
  }))
}
