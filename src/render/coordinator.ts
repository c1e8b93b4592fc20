import type { Coordination } from '../rules/coordinator.ts'
import { signInReasons } from '../rules/refusals.ts'
import { type Account, nameOf } from '../rules/users/account.ts'
import { centreJson } from './centres.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { JsonOfChange } from './json.ts'
import type { Message } from './messages.ts'
import type { View } from './table.ts'
import { changeMark } from './text.ts'
import { nameAndAddress, userJson } from './users.ts'

export function coordinationJson(
  { centre, coordinator, former, affected, changed }: Coordination,
  mail: readonly Message[] = [],
): JsonOfChange<'coordination'> {
  return {
    centre: centreJson(centre),
    coordinator: coordinator && userJson(coordinator),
    former: former && userJson(former),
    affected,
    changed,
    mail,
  }
}

/** Who coordinates the centre, and what that means for its users. */
export function renderCoordination(coordination: Coordination, view: View): string {
  const { centre, coordinator, affected } = coordination
  if (!view.isTerminal) return coordinationForPipe(coordination)
  const { chalk } = view
  const centreName = centreLabel(coordination)
  if (!coordinator) {
    return `${centreName} has no coordinator.\n${chalk.dim(`ssh-admin coordinator add ${centre.number} 'Name <email>'`)}`
  }
  const { blocker } = coordinator
  const signIn =
    blocker === null ? chalk.green('can sign in') : chalk.yellow(`cannot sign in: ${signInReasons[blocker]}`)
  const lines = [`${nameAndAddress(coordinator)} coordinates ${centreName}: ${signIn}.`]
  if (coordinator.status === 'suspended') {
    lines.push(`${otherUsersText(affected)} of the centre cannot sign in until they are restored.`)
  } else {
    lines.push(`${otherUsersText(affected)} of the centre would be locked out if they were suspended.`)
  }
  return lines.join('\n')
}

/** What a change did, in a sentence or two. */
export function renderCoordinatorChange(
  coordination: Coordination,
  view: View,
  sentence: (coordination: Coordination) => string,
): string {
  if (!view.isTerminal) return coordinationForPipe(coordination)
  const mark = changeMark(coordination.changed, view)
  if (coordination.changed) return `${mark} ${sentence(coordination)}`
  const { coordinator } = coordination
  const present = coordinator
    ? `${nameAndAddress(coordinator)} is its coordinator, ${coordinator.status}`
    : 'none'
  return `${mark} Nothing to do at ${centreLabel(coordination)}: ${present}.`
}

function coordinationForPipe({ centre, coordinator, former, affected, changed }: Coordination): string {
  return tsvLine([
    centre.number,
    coordinator?.email,
    coordinator ? nameOf(coordinator) : null,
    coordinator?.status,
    former?.email,
    affected,
    changed ? 'changed' : 'unchanged',
  ])
}

/** `EG001 (Nile School)`. */
export function centreLabel({ centre }: Pick<Coordination, 'centre'>): string {
  return oneLine(`${centre.number} (${centre.name})`)
}

export function otherUsersText(count: number): string {
  if (count === 0) return 'No other user'
  return count === 1 ? '1 other user' : `${count} other users`
}

/**
 * The part of a coordinator command that a person agrees to: who coordinates which centre, before and after, and how
 * many users are affected.
 */
export function comparableCoordination({
  centre,
  coordinator,
  former,
  affected,
  changed,
}: Coordination): unknown {
  return [
    centre.id,
    centre.name,
    centre.status,
    comparableAccount(coordinator),
    former?.id,
    comparableAccount(former),
    affected,
    changed,
  ]
}

/** A new coordinator gets another id each time the command runs, so that only the address identifies them. */
function comparableAccount(account: Account | null): unknown {
  return account && [account.email, account.firstName, account.lastName, account.hubRole, account.status]
}
