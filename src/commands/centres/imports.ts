import * as z from 'zod'
import { listImports } from '../../db/imports/imports.ts'
import { importRowJson, renderImports } from '../../render/imports.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

export const imports = () =>
  command('imports')
    .summary('what has been imported, and when')
    .description('The history of imports, newest first. Each can be shown, and taken back.')
    .addHelpText('after', example('ssh-admin centres imports'))
    .action(
      query({
        options: z.object({}),
        read: async (_, __, store) => listImports(store.db),
        render: renderImports,
        json: (rows) => ({ imports: rows.map(importRowJson), total: rows.length }),
      }),
    )
