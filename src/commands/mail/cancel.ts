import * as z from 'zod'
import { messageOf, renderMessages } from '../../render/messages.ts'
import { cancelMessageById } from '../../rules/mail/cancel.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { changing } from '../../cli/mutation.ts'
import { changingCommand, example } from '../../cli/command.ts'

const Options = z.object({ id: z.array(z.string()) })

export const cancel = changingCommand('cancel')
  .summary('do not send messages that wait')
  .description('Cancel messages that wait. What they carry stays valid; nobody has it.')
  .argument('<id...>', 'the numbers that mail list shows; - reads them from stdin, one a line')
  .addHelpText('after', example('ssh-admin mail cancel 1'))
  .action(
    changing({
      options: Options,
      act:
        ({ id: ids }, given) =>
        (trx) =>
          forEachTarget(trx, ids, (id) => cancelMessageById(trx, { id, given })),
      render: (cancelled, view) =>
        renderMessages(
          cancelled.map(({ row }) => messageOf(row)),
          view,
        ),
      json: (cancelled) => ({
        messages: cancelled.map(({ row, changed }) => ({ ...messageOf(row), changed })),
        total: cancelled.length,
      }),
    }),
  )
