import type { AssociateRow } from '../db/centres/assignments.ts'
import type { CentreWithPeople } from '../db/centres/centres.ts'
import { nameOf } from '../rules/users/account.ts'
import type { Assigned } from '../rules/associates/assign.ts'
import type { AssociateView } from '../rules/associates/details.ts'
import { centreJson } from './centres.ts'
import type { Message } from './messages.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import { userJson } from './users.ts'
import type { JsonAnswer, JsonOfChange } from './json.ts'

export function associatesJson(associates: readonly AssociateRow[]): JsonAnswer<'associateList'> {
  return {
    associates: associates.map(({ id, number, name, centres, assigned }) => ({
      id,
      number,
      name,
      centres: centres ?? 0,
      assigned: assigned ?? 0,
    })),
    total: associates.length,
  }
}

export function renderAssociates(associates: readonly AssociateRow[], view: View): string {
  const rows = associates.map(({ number, name, centres, assigned }) => [number, name, centres, assigned])
  if (!view.isTerminal) return rows.map(tsvLine).join('\n')
  if (rows.length === 0) return 'There is no Associate.'
  return table(['Number', 'Name', 'Centres', 'Assigned'], rows, view)
}

export function associateJson({ associate, accounts, centres }: AssociateView): JsonAnswer<'associate'> {
  return {
    associate: centreJson(associate),
    accounts,
    centres: centres.map(({ centre, assignedTo }) => ({ ...centreJson(centre), assignedTo })),
    total: centres.length,
  }
}

export function renderAssociate({ associate, accounts, centres }: AssociateView, view: View): string {
  const rows = centres.map(({ centre, assignedTo }) => [
    centre.number,
    centre.name,
    statusOf(centre),
    centre.coordinator_email ?? '',
    centre.coordinator_status ?? '',
    assignedTo.join(', '),
  ])
  if (!view.isTerminal) return rows.map(tsvLine).join('\n')
  const { chalk } = view
  const acting = accounts.map(({ email, assigned }) => `${oneLine(email)} acts for ${assigned} of at most 50`)
  const headings = ['Number', 'Name', 'Status', 'Coordinator', 'Standing', 'Assigned to']
  return [
    chalk.bold(oneLine(`${associate.number} ${associate.name}`)),
    ...(acting.length > 0 ? acting : ['No account acts for its centres.']),
    '',
    rows.length > 0 ? table(headings, rows, view) : 'No centre to show.',
  ].join('\n')
}

export function assignedJson(
  { account, centres, assigned, changed }: Assigned,
  mail: readonly Message[],
): JsonOfChange<'assigned'> {
  return {
    account: userJson(account),
    centres: centres.map(({ centre, changed: one }) => ({ ...centreJson(centre), changed: one })),
    assigned,
    changed,
    mail,
  }
}

export function renderAssigned({ account, centres, assigned, changed }: Assigned, view: View): string {
  if (!view.isTerminal) {
    return centres
      .map(({ centre, changed: one }) =>
        tsvLine([centre.number, account.email, one ? 'changed' : 'unchanged']),
      )
      .join('\n')
  }
  const { chalk } = view
  const count = `${oneLine(nameOf(account))} acts for ${assigned} associate centre${assigned === 1 ? '' : 's'}`
  return changed ? `${chalk.green('✓')} ${count} now.` : `${chalk.dim('·')} Nothing to do: ${count}.`
}

function statusOf({ deleted_at, status }: CentreWithPeople): string {
  return deleted_at === null ? status : 'deleted'
}
