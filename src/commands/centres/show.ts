import * as z from 'zod'
import { centreViewJson, renderCentre } from '../../render/centres.ts'
import { centreDetails } from '../../rules/centres/details.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

export const show = () =>
  command('show')
    .summary('show everything about one centre')
    .description(
      'Show one centre: where it is, who coordinates it, its people and whether they can sign in, what is the matter with it, and what happened last.',
    )
    .argument('<centre>', 'the centre number')
    .addHelpText('after', example('ssh-admin centres show EG001'))
    .action(
      query({
        options: z.object({ centre: z.string() }),
        read: ({ centre }, ctx, { db }) => centreDetails(db, { centre, ctx }),
        render: renderCentre,
        json: centreViewJson,
      }),
    )
