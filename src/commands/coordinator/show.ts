import * as z from 'zod'
import { coordinationJson, renderCoordination } from '../../render/coordination.ts'
import { coordinationOf } from '../../rules/coordinator/coordination.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({ centre: z.string() })

export const show = () =>
  command('show')
    .summary("show a centre's coordinator")
    .description(
      "Show a centre's coordinator, whether they can sign in, and how many users depend on it.\nIn a pipe: number, address, name, status, former address, users affected, changed or unchanged.",
    )
    .argument('<centre>', 'the number of the centre')
    .addHelpText('after', example('ssh-admin coordinator show EG001'))
    .action(
      query({
        options: Options,
        read: async ({ centre }, ctx, { db }) => {
          const { number } = await findCentre(db, centre, ctx)
          return coordinationOf(db, { number, at: ctx.at, changed: false })
        },
        render: renderCoordination,
        json: (coordination) => coordinationJson(coordination),
      }),
    )
