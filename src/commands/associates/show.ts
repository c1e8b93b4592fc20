import { associateJson, renderAssociate } from '../../render/associates.ts'
import { associateDetails } from '../../rules/associates/details.ts'
import { query } from '../../cli/define.ts'
import { argument, option } from '../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: "show an Associate's centres, their coordinators, and who acts for them",
    description:
      "Show an Associate's centres, their status and coordinators, and the accounts that act for them.\nIn a pipe: number, name, status, coordinator, the coordinator's status, accounts that act for it.",
    args: { associate: argument('the number of the Associate') },
    options: {
      search: option('<text>', 'only centres with this in their number or name'),
    },
    examples: ['ssh-admin associates show CA001', 'ssh-admin associates show CA001 --search nile'],
    read: ({ db }, ctx, { associate, search }) => associateDetails(db, { associate, search, ctx }),
    render: renderAssociate,
    json: associateJson,
  })
