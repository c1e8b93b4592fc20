import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { argument, orName, option } from '../../cli/parameters.ts'
import { aboutAssociate, associateCentreFields, associateCentreJson } from '../../render/associates.ts'
import { associateDetails } from '../../rules/associates/details.ts'

export const show = () =>
  listing({
    name: 'show',
    summary: "show an Associate's centres, their coordinators, and who acts for them",
    description:
      "Show an Associate's centres, their status and coordinators, and the accounts that act for them.\nIn a pipe: number, name, status, coordinator, the coordinator's status, accounts that act for it.",
    args: { associate: orName('centre', argument('the number or name of the Associate')) },
    options: { search: option('<text>', 'only centres with this in their number or name') },
    examples: ['ssh-admin associates show CA001', 'ssh-admin associates show CA001 nile'],
    singular: 'centre',
    answer: 'associate',
    key: 'centres',
    fields: associateCentreFields,
    id: 'number',
    find: async ({ store: { db }, ctx }, { associate, search }) => {
      const details = await associateDetails(db, { associate, search, ctx })
      return { ...allOf(details.centres), about: aboutAssociate(details) }
    },
    json: associateCentreJson,
    none: 'No centre to show.',
  })
