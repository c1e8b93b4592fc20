import type { AssociateRow } from '../db/centres/assignments.ts'
import { nameOf } from '../rules/users/account.ts'
import type { Assigned, AssociateView } from '../rules/associates.ts'
import { centreJson, centreStatus } from './centres.ts'
import type { Message } from './messages.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { field } from './fields.ts'
import type { View } from './table.ts'
import { count, markOf } from './text.ts'
import { userJson } from './users.ts'
import type { JsonItem, JsonOfChange } from './json.ts'

export const associateFields = {
  number: field<AssociateRow>('Number', ({ number }) => number),
  name: field<AssociateRow>('Name', ({ name }) => name),
  centres: field<AssociateRow>('Centres', ({ centres }) => centres ?? 0),
  assigned: field<AssociateRow>('Assigned', ({ assigned }) => assigned ?? 0),
}

export function associateRowJson({ centres, assigned, ...row }: AssociateRow): JsonItem<'associateList'> {
  return { ...row, centres: centres ?? 0, assigned: assigned ?? 0 }
}

type AssociateCentre = AssociateView['centres'][number]

export const associateCentreFields = {
  number: field<AssociateCentre>('Number', ({ centre }) => centre.number),
  name: field<AssociateCentre>('Name', ({ centre }) => centre.name),
  status: field<AssociateCentre>('Status', ({ centre }) => centreStatus(centre)),
  coordinator: field<AssociateCentre>('Coordinator', ({ centre }) => centre.coordinator_email),
  'coordinator-status': field<AssociateCentre>(
    'Coordinator status',
    ({ centre }) => centre.coordinator_status,
  ),
  'assigned-to': field<AssociateCentre>('Assigned to', ({ assignedTo }) => assignedTo.join(', ')),
}

export function associateCentreJson({ centre, assignedTo }: AssociateCentre): JsonItem<'associate'> {
  return { ...centreJson(centre), assignedTo }
}

/** The Associate itself, above its centres. */
export function aboutAssociate({ associate, accounts }: AssociateView) {
  return {
    json: { associate: centreJson(associate), accounts },
    lines: ({ chalk }: View) => [
      chalk.bold(oneLine(`${associate.number} ${associate.name}`)),
      ...(accounts.length > 0
        ? accounts.map(({ email, assigned }) => `${oneLine(email)} acts for ${assigned} of at most 50`)
        : ['No account acts for its centres.']),
      '',
    ],
  }
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
  const centresOfTheirs = assigned === 0 ? 'no associate centre' : count(assigned, 'associate centre')
  const words = `${oneLine(nameOf(account))} acts for ${centresOfTheirs}`
  return `${markOf(changed, view)} ${changed ? `${words} now` : `Nothing to do: ${words}`}.`
}
