import * as z from 'zod'
import { centreViewJson, renderCentre } from '../../render/centres.ts'
import { lookAtCentre } from '../../rules/centres/details.ts'
import { command, example } from '../../cli/command.ts'
import { reading } from '../../cli/query.ts'

export const show = command('show')
  .summary('show everything about one centre')
  .description(
    'Show one centre: where it is, who coordinates it, its people and whether they can sign in, what is the matter with it, and what happened last.',
  )
  .argument('<centre>', 'the centre number')
  .addHelpText('after', example('ssh-admin centres show EG001'))
  .action(
    reading({
      options: z.object({ centre: z.string() }),
      read: ({ centre }, given, { db }) => lookAtCentre(db, { centre, given }),
      render: renderCentre,
      json: centreViewJson,
    }),
  )
