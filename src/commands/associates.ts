import { listing, mutation } from '../cli/define.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { associatesWithCounts, type AssociateRow } from '../db/centres/assignments.ts'
import { describeVisibility, visibleCentres } from '../rules/permissions/decide.ts'
import { argument, allowName, option, variadicArgument } from '../cli/parameters.ts'
import {
  associateDetails,
  assignCentres,
  unassignCentres,
  type Assigned,
  type AssociateView,
} from '../rules/associates.ts'
import { nameOf } from '../rules/users/account.ts'
import { centreJson, centreStatus } from '../render/centres.ts'
import type { Message } from '../render/messages.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { field } from '../render/fields.ts'
import type { View } from '../render/table.ts'
import { count, changeMark } from '../render/text.ts'
import { userJson } from '../render/users.ts'
import type { JsonOfChange } from '../render/json.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the Associates',
    description:
      'List the Associates: how many centres each has, and how many of those some account acts for.\nIn a pipe: number, name, centres, centres assigned.',
    examples: ['ssh-admin associates list'],
    singular: 'Associate',
    answer: 'associateList',
    key: 'associates',
    fields: associateFields,
    id: 'number',
    find: async ({ store: { db }, ctx: { actor } }) => ({
      ...foundInMemory(await associatesWithCounts(db, visibleCentres(actor))),
      visiblePart: describeVisibility(actor),
    }),
    json: ({ centres, assigned, ...row }) => ({ ...row, centres: centres ?? 0, assigned: assigned ?? 0 }),
    emptyMessage: 'There are no Associates.',
  })

export const show = () =>
  listing({
    name: 'show',
    summary: "show an Associate's centres, their coordinators, and who acts for them",
    description:
      "Show an Associate's centres, their status and coordinators, and the accounts that act for them.\nIn a pipe: number, name, status, coordinator, the coordinator's status, accounts that act for it.",
    args: { associate: allowName('centre', argument('the number or name of the Associate')) },
    options: { search: option('<text>', 'only centres with this in their number or name') },
    examples: ['ssh-admin associates show CA001', 'ssh-admin associates show CA001 nile'],
    singular: 'centre',
    answer: 'associate',
    key: 'centres',
    fields: associateCentreFields,
    id: 'number',
    find: async ({ store: { db }, ctx }, { associate, search }) => {
      const details = await associateDetails(db, { associate, search, ctx })
      return { ...foundInMemory(details.centres), about: associateHeader(details) }
    },
    json: ({ centre, assignedTo }) => ({ ...centreJson(centre), assignedTo }),
    emptyMessage: 'It has no associate centres.',
  })

export const assign = () =>
  mutation({
    name: 'assign',
    summary: 'let an account of an Associate act for associate centres',
    description:
      'Let an account of an Associate, its coordinator or an admin, act for associate centres of that Associate: 50 at most.',
    args: {
      email: allowName('user', argument('the address or name of the account')),
      centre: allowName(
        'centre',
        variadicArgument('the numbers or names of the centres; - reads numbers from stdin, one a line'),
      ),
    },
    examples: ['ssh-admin associates assign rana@associate.example CA101 CA102'],
    act: (trx, ctx, { email, centre: centres }) => assignCentres(trx, { email, centres, ctx }),
    render: renderAssigned,
    json: assignedJson,
  })

export const unassign = () =>
  mutation({
    name: 'unassign',
    summary: 'stop an account acting for associate centres',
    description:
      'Stop an account of an Associate acting for these associate centres. The centres stay with their Associate.',
    args: {
      email: allowName('user', argument('the address or name of the account')),
      centre: allowName(
        'centre',
        variadicArgument('the numbers or names of the centres; - reads numbers from stdin, one a line'),
      ),
    },
    examples: ['ssh-admin associates unassign rana@associate.example CA101 CA102'],
    act: (trx, ctx, { email, centre: centres }) => unassignCentres(trx, { email, centres, ctx }),
    render: renderAssigned,
    json: assignedJson,
  })

const associateFields = {
  number: field<AssociateRow>('Number', ({ number }) => number),
  name: field<AssociateRow>('Name', ({ name }) => name),
  centres: field<AssociateRow>('Centres', ({ centres }) => centres ?? 0),
  assigned: field<AssociateRow>('Assigned', ({ assigned }) => assigned ?? 0),
}

type AssociateCentre = AssociateView['centres'][number]

const associateCentreFields = {
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

/** The lines about the Associate itself, above its list of centres. */
function associateHeader({ associate, accounts }: AssociateView) {
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

function assignedJson(
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

function renderAssigned({ account, centres, assigned, changed }: Assigned, view: View): string {
  if (!view.isTerminal) {
    return centres
      .map(({ centre, changed: one }) =>
        tsvLine([centre.number, account.email, one ? 'changed' : 'unchanged']),
      )
      .join('\n')
  }
  const centreCount = assigned === 0 ? 'no associate centre' : count(assigned, 'associate centre')
  const words = `${oneLine(nameOf(account))} acts for ${centreCount}`
  return `${changeMark(changed, view)} ${changed ? `${words} now` : `Nothing to do: ${words}`}.`
}
