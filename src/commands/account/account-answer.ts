import type { Message } from '../../render/message.ts'
import { record } from '../../render/clean-text.ts'
import { person } from '../../render/users.ts'
import { userJson } from '../../render/user.ts'
import type { Account } from '../../rules/users/account.ts'
import type { View } from '../../cli/terminal.ts'

/** The account after its owner did something, as every `account` command answers. */
export function accountJson(account: Account, mail: readonly Message[]) {
  return { ...userJson(account), changed: true, mail }
}

/** @param next what to say to a person */
export function renderAccount(account: Account, { view, next }: { view: View; next: string }): string {
  if (!view.isTerminal) return record([account.email, account.centre?.number, account.status])
  return `${view.chalk.green('✓')} ${person(account)} ${next}`
}
