import * as z from 'zod'
import { associatesWithCounts } from '../../db/centres/assignments.ts'
import { associatesJson, renderAssociates } from '../../render/associates.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

export const list = () =>
  command('list')
    .summary('list the Associates')
    .description(
      'List the Associates: how many centres each has, and how many of those some account acts for.\nIn a pipe: number, name, centres, centres assigned.',
    )
    .addHelpText('after', example('ssh-admin associates list'))
    .action(
      query({
        options: z.object({}),
        read: (_options, { by }, { db }) => associatesWithCounts(db, visibleCentres(by)),
        render: renderAssociates,
        json: associatesJson,
      }),
    )
