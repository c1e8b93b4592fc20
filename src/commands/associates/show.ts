import * as z from 'zod'
import { associateJson, renderAssociate } from '../../render/associates.ts'
import { associateDetails } from '../../rules/associates/details.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({ associate: z.string(), search: z.string().optional() })

export const show = () =>
  command('show')
    .summary("show an Associate's centres, their coordinators, and who acts for them")
    .description(
      "Show an Associate's centres, their status and coordinators, and the accounts that act for them.\nIn a pipe: number, name, status, coordinator, the coordinator's status, accounts that act for it.",
    )
    .argument('<associate>', 'the number of the Associate')
    .option('--search <text>', 'only centres with this in their number or name')
    .addHelpText(
      'after',
      example('ssh-admin associates show CA001', 'ssh-admin associates show CA001 --search nile'),
    )
    .action(
      query({
        options: Options,
        read: ({ associate, search }, ctx, { db }) => associateDetails(db, { associate, search, ctx }),
        render: renderAssociate,
        json: associateJson,
      }),
    )
