import { z } from 'zod'
import { catalogueJson, matrixJson, renderCatalogue, renderMatrix } from '../../render/roles.ts'
import { answer, command, doing, example } from '../command.ts'

const Options = z.object({ matrix: z.boolean().default(false) })

export const list = command('list')
  .summary('list the roles, or who may do what')
  .description(
    'List the roles, the service each belongs to, and what it lets its holder do. With --matrix: who may do what.\nIn a pipe: role, service, shared, who gives it, what it does; or actor, what they may do.',
  )
  .option('--matrix', 'who may do what')
  .addHelpText('after', example('ssh-admin roles list', 'ssh-admin roles list --matrix'))
  .action(
    doing(Options, async ({ matrix }, session) => {
      const { out } = session.terminal
      await answer(session, {
        text: matrix ? renderMatrix(out) : renderCatalogue(out),
        json: matrix ? matrixJson() : catalogueJson(),
      })
      return 0
    }),
  )
